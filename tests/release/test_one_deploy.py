"""One Deploy against a stand-in: a package is sent once, unchanged, and reported once it is deployed."""

import pytest

from release.one_deploy import NotPublished, publish

ACCEPTED = (202, "number-1")


def send(made, patience: float = 20) -> None:
    publish(made.origin, "a-token", b"PK", pause=0, patience=patience)


def test_the_package_is_sent_as_it_is_and_never_built_again(door) -> None:
    with door(gets=[(200, {"status": 0}), (200, {"status": 2}), (200, {"status": 4})]) as made:
        send(made)
    method, path, headers, body = made.asked[0]
    assert (method, path, body) == ("POST", "/api/publish?RemoteBuild=false", b"PK")
    assert headers["Content-Type"] == "application/zip"
    assert {headers["Authorization"] for _, _, headers, _ in made.asked} == {"Bearer a-token"}
    assert [path for _, path, _, _ in made.asked[1:]] == ["/api/deployments/number-1"] * 3


@pytest.mark.parametrize(
    "gets",
    [
        [(404, ""), (404, ""), (200, {"status": 4})],
        [(200, {"status": 2}), (404, "")],
        [(502, b"<html>"), (200, {"status": 4})],
    ],
    ids=["not known yet", "put away when done", "a machine that changes"],
)
def test_what_passes_does_not_stop_it(door, gets) -> None:
    with door(gets=gets) as made:
        send(made)
    assert [method for method, *_ in made.asked].count("POST") == 1


def test_a_machine_that_starts_is_asked_again(door) -> None:
    with door(posts=[(503, b"starting"), (502, b""), ACCEPTED]) as made:
        send(made)
    assert [method for method, *_ in made.asked] == ["POST", "POST", "POST", "GET"]


@pytest.mark.parametrize(
    ("posts", "gets", "sentence"),
    [
        ([(401, "")], [], "answered 401 to the package: it does not know who signs in"),
        ([(403, "")], [], "answered 403 to the package: who signs in may not publish"),
        ([(409, "")], [], "answered 409 to the package: another deployment is under way"),
        ([(503, b"")], [], "answered 503 to the package"),
        ([(202, b"<html>")], [], "answered 202 to the package: that is not the number of a deployment"),
        ([ACCEPTED], [(404, "")], "is not to be found"),
        ([ACCEPTED], [(403, "")], "answered 403 when asked for the deployment"),
        (
            [ACCEPTED],
            [(200, {"status": 3, "status_text": "403 from the store"})],
            "failed: 403 from the store",
        ),
        ([ACCEPTED], [(200, {"status": -1})], "was cancelled: it says no more"),
        ([ACCEPTED], [(200, {"status": 5})], "met another one"),
        ([ACCEPTED], [(200, {"status": 6})], "succeeded in part only"),
    ],
)
def test_what_is_not_published_is_said(door, posts, gets, sentence) -> None:
    with door(posts=posts, gets=gets or [(500, b"")]) as made, pytest.raises(NotPublished, match=sentence):
        send(made)


def test_it_does_not_wait_for_ever(door) -> None:
    with door(gets=[(200, {"status": 1})]) as made, pytest.raises(NotPublished, match="not done after 0"):
        send(made, patience=0.2)


@pytest.mark.parametrize("origin", ["http://scm.example", "ftp://scm.example", "scm.example"])
def test_the_token_goes_nowhere_in_the_clear(origin) -> None:
    with pytest.raises(NotPublished, match="is not an https:// origin"):
        publish(origin, "a-token", b"PK", pause=0)


def test_nobody_there_is_said() -> None:
    with pytest.raises(NotPublished, match="does not answer"):
        publish("http://127.0.0.1:9", "a-token", b"PK", pause=0)
