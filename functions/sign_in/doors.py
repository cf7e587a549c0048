"""Doors of signing in and out."""

from functions.framework.doors import SignInPage

DOORS = (
    SignInPage("sign_in_show", "GET HEAD", "auth/login", "functions.sign_in.pages:show_login"),
    SignInPage("sign_in_begin", "POST", "auth/login", "functions.sign_in.pages:begin_login"),
    SignInPage("sign_in_finish", "GET", "auth/callback", "functions.sign_in.pages:finish_login"),
    SignInPage(
        "sign_in_show_logout", "GET HEAD", "auth/logout", "functions.sign_in.sign_out_pages:show_logout"
    ),
    SignInPage("sign_in_end", "POST", "auth/logout", "functions.sign_in.sign_out_pages:end_session"),
    SignInPage("sign_in_confirm", "GET", "auth/confirm", "functions.sign_in.confirm_pages:confirm"),
    SignInPage("sign_in_resume", "GET HEAD", "auth/resume", "functions.sign_in.confirm_pages:resume"),
)
