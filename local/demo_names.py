# ruff: noqa: E501 - lists of names
"""Names of the demo address book, by language, and its companies."""

from typing import Final, NamedTuple


class Language(NamedTuple):
    """Names of one language. `double` is the part of people with two family names, joined by `joint`."""

    weight: int
    country: str
    given: tuple[str, ...]
    family: tuple[str, ...]
    double: float = 0.03
    joint: str = "-"


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


LANGUAGES: Final = (
    Language(
        30, "US",
        _words("James Robert William Michael Elizabeth Katherine Thomas Jennifer Christopher Daniel Matthew Samuel Nicholas Joseph Andrew Benjamin Margaret Susan Richard Olivia Emma Charlotte Amelia Sophia Ethan Mason Logan Harper Evelyn Abigail Henry Jack Owen Grace Chloe Lily Nora Hazel Wyatt Caleb Naomi Ruby Isaac Leah Aaron Julia Adrian Clara Miles Stella"),
        _words("Smith Johnson Williams Brown Jones Miller Davis Wilson Anderson Taylor Moore Jackson Martin Lee Thompson White Harris Clark Lewis Robinson Walker Young Allen King Wright Scott Hill Green Adams Nelson Baker Hall Campbell Mitchell Carter Roberts Phillips Evans Turner Parker Collins Edwards Stewart Morris Murphy Cook Rogers Morgan Cooper Peterson Reed Bailey Bell Kelly Howard Ward Cox Richardson Wood Watson Brooks Bennett Gray Hughes Price Myers Long Foster Sanders Ross Powell Sullivan Russell Ortiz Jenkins Perry Butler Barnes Fisher"),
    ),
    Language(
        12, "GB",
        _words("Oliver George Arthur Noah Freya Isla Poppy Florence Harriet Rupert Alistair Fiona Callum Rhys Gareth Siobhan Niamh Ewan Hamish Gemma Nigel Imogen Tristan Beatrice Rosalind"),
        _words("Ashworth Blackwood Hargreaves Pemberton Whitaker Cartwright Ellsworth Fairfax Greenwood Hathaway Kingsley Lockwood Mackenzie MacLeod Nightingale Okafor Patel Quigley Ramsey Sutherland Thackeray Underhill Wainwright Yardley Llewellyn Pritchard Cadwallader Fitzgerald Donnelly Gallagher"),
    ),
    Language(
        14, "SE",
        _words("Anna Erik Lars Karin Johan Maria Anders Sara Per Eva Mikael Emma Fredrik Ulrika Björn Åsa Göran Märta Håkan Kerstin Gustav Elsa Oskar Linnéa Nils Astrid Sören Frida Östen Ingrid"),
        _words("Andersson Johansson Karlsson Nilsson Eriksson Larsson Olsson Persson Svensson Gustafsson Pettersson Lindqvist Öberg Åkesson Sjöström Ekström Bergström Lindgren Hedlund Wallin Nyström Holmgren Söderberg Forsgren Åström Björklund Hällström Norén Lundmark Dahlgren Engström Fransson"),
    ),
    Language(
        8, "GB",
        _words("Lukas Anneliese Jürgen Käthe Matthias Sabine Wolfgang Brigitte Uwe Heike Dieter Ursula Florian Jana Götz Bärbel Moritz Ilse Volker Renate"),
        _words("Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein Wolf Schröder Neumann Schwarz Zimmermann Krüger Köhler Böhm Groß Weiß Jäger"),
    ),
    Language(
        6, "GB",
        _words("Émile Chloé Benoît Hélène François Margaux Étienne Océane Thibault Maëlle Jérôme Aurélie Guillaume Sylvie Rémi Zoé"),
        _words("Lefèvre Dubois Moreau Laurent Girard Rousseau Fontaine Chevalier Gauthier Perrin Mercier Lemoine Guérin Besançon Beauchêne Delacroix"),
        0.1,
    ),
    Language(
        7, "US",
        _words("Alejandro Lucía José María Ximena Iñaki Begoña Joaquín Inés Andrés Concepción Rubén Ángel Sofía Íñigo Noelia"),
        _words("García Fernández González Rodríguez López Martínez Sánchez Pérez Gómez Jiménez Ruiz Muñoz Ibáñez Núñez Peña Ordóñez Zúñiga Carreño"),
        0.8, " ",
    ),
    Language(
        4, "GB",
        _words("Łukasz Małgorzata Paweł Zofia Grzegorz Agnieszka Wojciech Bożena Michał Świętosława Jarosław Halina"),
        _words("Nowak Kowalski Wiśniewski Wójcik Kamiński Lewandowski Zieliński Szymański Woźniak Dąbrowski Kozłowski Jabłoński"),
    ),
    Language(
        4, "SE",
        _words("Søren Mette Rasmus Øystein Astrid Jørgen Bjørn Kåre Solveig Ragnhild Aksel Signe"),
        _words("Sørensen Jørgensen Østergaard Nørgaard Thorvaldsen Bjørnstad Håland Ødegård Kjær Rønning Bækgaard Lindø"),
    ),
    Language(
        3, "US",
        _words("Nguyễn Trần Lê Phạm Hoàng Vũ Đặng Bùi Đỗ Hồ"),
        _words("Anh Bình Châu Dũng Giang Hải Hương Khánh Lan Minh Ngọc Phương Quân Thảo Tuấn Vân"),
        0.7, " ",
    ),
    Language(
        3, "US",
        _words("王 李 张 刘 陈 杨 赵 黄 周 吴"),
        _words("小明 伟强 秀英 建国 丽华 志远 雪梅 文博 海燕 思远 佳怡 子轩 雨桐 浩然 梓涵 俊杰"),
        0.0,
    ),
    Language(
        3, "GB",
        _words("Γιώργος Ελένη Νίκος Μαρία Κώστας Σοφία Δημήτρης Άννα"),
        _words("Παπαδόπουλος Γεωργίου Οικονόμου Νικολάου Καραγιάννης Βασιλείου Δημητρίου Αντωνίου"),
    ),
    Language(
        3, "GB",
        _words("أحمد فاطمة محمد ليلى عمر نور يوسف مريم"),
        _words("الخطيب حداد منصور الشريف ناصر قاسم البغدادي الحلبي"),
        0.0,
    ),
)  # fmt: skip

_FIRST: Final = _words(
    "Amber Birch Cobalt Delta Ember Falcon Granite Harbour Indigo Juniper Kestrel Lantern Meridian Northwind Orchard"
    " Pinnacle Quarry Riverside Summit Timber Ultramarine Vertex Willow Zenith Älvdal Öresund Björkö Grünwald"
)
_SECOND: Final = _words("Analytics Logistics Robotics Pharma Consulting Foods Energy Design")
_FORMS: Final = (("Ltd", "GB"), ("AB", "SE"), ("Inc.", "US"), ("GmbH", "GB"))
COMPANIES: Final = tuple(
    (f"{first} {second} {_FORMS[(one + two) % 4][0]}", _FORMS[(one + two) % 4][1])
    for one, first in enumerate(_FIRST)
    for two, second in enumerate(_SECOND)
)

TITLES: Final = (
    "Account Manager", "Architect", "Attorney", "Buyer", "Chief Executive", "Chief Financial Officer",
    "Data Scientist", "Designer", "Director of Sales", "Engineer", "Head of Research", "Journalist",
    "Midwife", "Nurse", "Partner", "Physician", "Product Manager", "Professor", "Recruiter", "Teacher",
)  # fmt: skip
