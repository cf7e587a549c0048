"""People of an organisation from files."""

import csv
import io
import secrets
import zipfile
from xml.sax.saxutils import escape

HEADER = "Name,E-mail,External id,Title,Team"


def table(*rows: str, header: str = HEADER) -> bytes:
    return "\r\n".join([header, *rows]).encode()


def staff(word: str, number: int, title: str = "Engineer") -> str:
    return f"Person {number} {word},{word}{number}@example.com,{word}-{number},{title},"


def sheet(*rows: list[str | int]) -> bytes:
    """An .xlsx file with one sheet."""
    cells = ""
    for number, row in enumerate(rows, start=1):
        told = ""
        for place, value in enumerate(row):
            at = f"{chr(65 + place)}{number}"
            told += (
                f'<c r="{at}"><v>{value}</v></c>'
                if isinstance(value, int)
                else f'<c r="{at}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
            )
        cells += f'<row r="{number}">{told}</row>'
    return book(f"<sheetData>{cells}</sheetData>")


def book(data: str) -> bytes:
    main, office = "http://schemas.openxmlformats.org", "officeDocument/2006/relationships"
    plain = f"{main}/spreadsheetml/2006/main"
    one = f'Id="r1" Type="{main}/{office}'
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{main}/package/2006/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{main}/package/2006/relationships">'
        f'<Relationship {one}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{plain}" xmlns:r="{main}/{office}"><sheets>'
        '<sheet name="People" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{main}/package/2006/relationships">'
        f'<Relationship {one}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{plain}">{data}</worksheet>',
    }
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in parts.items():
            packed.writestr(name, text)
    return written.getvalue()


class Imports:
    """Imports of one organisation, by one person."""

    def __init__(self, host, person, org: dict) -> None:
        self.host, self.person, self.org = host, person, org
        self.at = f"organisations/{org['id']}/imports"

    async def post(self, content: bytes, media: str = "text/csv", **headers: str):
        headers = {"Content-Type": media} | headers
        return await self.person.api("POST", self.at, content=content, headers=headers)

    async def send(self, content: bytes) -> dict:
        answer = await self.post(content)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def get(self, made: dict) -> dict:
        answer = await self.person.api("GET", f"{self.at}/{made['id']}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def put(self, made: dict, what: str, body: dict | None = None):
        path = f"{self.at}/{made['id']}"
        etag = (await self.person.api("GET", path)).headers["etag"]
        given = {} if body is None else {"json": body}
        return await self.person.api("PUT", f"{path}/{what}", headers={"If-Match": etag}, **given)

    async def step(self, made: dict, what: str, body: dict | None = None) -> dict:
        """A step, and the long work that follows."""
        answer = await self.put(made, what, body)
        assert answer.status_code == 200, answer.text
        await self.host.drain_queue("work")
        return await self.get(made)

    async def checked(self, content: bytes) -> dict:
        made = await self.send(content)
        assert made["stage"] == "columns", made
        return await self.step(made, "columns", {"fields": made["fields"]})

    async def written(self, content: bytes, **choice: str) -> dict:
        return await self.step(await self.checked(content), "writing", choice)

    async def rows(self, made: dict) -> list[dict]:
        found, cursor = [], {}
        while True:
            answer = (await self.person.api("GET", f"{self.at}/{made['id']}/rows", params=cursor)).json()
            found += answer["data"]
            if answer["page"]["next"] is None:
                return found
            cursor = {"cursor": answer["page"]["next"]}

    async def faulty(self, made: dict) -> list[list[str]]:
        answer = await self.person.api("GET", f"{self.at}/{made['id']}/faulty-rows")
        assert answer.status_code == 200, answer.text
        return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))

    async def people(self) -> dict[str, dict]:
        """People by their names."""
        found, cursor = {}, {}
        while True:
            path = f"organisations/{self.org['id']}/members"
            answer = (await self.person.api("GET", path, params={"limit": 100} | cursor)).json()
            found |= {each["name"]: each for each in answer["data"]}
            if answer["page"]["next"] is None:
                return found
            cursor = {"cursor": answer["page"]["next"]}


def a_word() -> str:
    return secrets.token_hex(8)
