"""The identity provider: Microsoft Entra External ID, or any OpenID provider shaped like it."""
