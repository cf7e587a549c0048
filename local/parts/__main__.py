"""`python -m local.parts [--port N]`: serve the page of all parts until it is told to stop."""

import argparse

from aiohttp import web

from local.parts.page import application


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m local.parts", description=__doc__)
    parser.add_argument("--port", type=int, default=7070)
    port = parser.parse_args().port
    print(f"All parts: http://localhost:{port}/ and http://localhost:{port}/public", flush=True)
    web.run_app(application(), host="127.0.0.1", port=port, print=None, access_log=None)


if __name__ == "__main__":
    main()
