"""The package's bill of materials: CycloneDX 1.6 in JSON, made from its installed libraries.

It contains no time and no random number, so that the same package has the same bill.
"""

import hashlib
import json
import re
import uuid
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

# Environment of requirement markers where the package runs.
_AZURE = {
    "implementation_name": "cpython",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "platform_system": "Linux",
    "python_full_version": "3.13.0",
    "python_version": "3.13",
    "sys_platform": "linux",
}
_SPDX = re.compile(r"[A-Za-z0-9.+() -]{2,80}")


def write(site_packages: Path, wheels: Path, *, version: str, package: Path) -> str:
    """Return the document for the libraries in a folder, with the hashes of their wheels from `wheels`."""
    digests = {
        parse_wheel_filename(wheel.name)[0]: hashlib.sha256(wheel.read_bytes()).hexdigest()
        for wheel in wheels.glob("*.whl")
    }
    found = sorted(site_packages.glob("*.dist-info/METADATA"))
    libraries = {}
    for path in found:
        metadata = HeaderParser().parsestr(path.read_text("utf-8"))
        libraries[canonicalize_name(metadata["Name"])] = metadata
    purls = {name: f"pkg:pypi/{name}@{metadata['Version']}" for name, metadata in libraries.items()}
    digest = hashlib.sha256(package.read_bytes()).hexdigest()
    own = f"pkg:generic/izwop@{version}"
    needed = {ref for metadata in libraries.values() for ref in _needs(metadata, purls)}
    dependencies = [{"ref": own, "dependsOn": sorted(set(purls.values()) - needed)}]
    dependencies += [
        {"ref": purls[name], "dependsOn": _needs(metadata, purls)} for name, metadata in libraries.items()
    ]
    document = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'urn:sha256:{digest}')}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": own,
                "name": "izwop",
                "version": version,
                "hashes": [{"alg": "SHA-256", "content": digest}],
            }
        },
        "components": [
            _component(metadata, purls[name], digests[name]) for name, metadata in libraries.items()
        ],
        "dependencies": dependencies,
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _component(metadata: Message, purl: str, digest: str) -> dict[str, Any]:
    component: dict[str, Any] = {
        "type": "library",
        "bom-ref": purl,
        "name": metadata["Name"],
        "version": metadata["Version"],
        "purl": purl,
        "scope": "required",
        "hashes": [{"alg": "SHA-256", "content": digest}],
    }
    if licences := _licences(metadata):
        component["licenses"] = licences
    return component


def _licences(metadata: Message) -> list[dict[str, Any]]:
    """SPDX expression of a library (PEP 639), otherwise the licences of its classifiers."""
    if expression := metadata["License-Expression"]:
        return [{"expression": expression}]
    classifiers = metadata.get_all("Classifier") or []
    names = [
        line.rpartition(" :: ")[2] for line in classifiers if line.startswith("License :: OSI Approved :: ")
    ]
    stated = metadata["License"] or ""
    if not names and _SPDX.fullmatch(stated):
        names = [stated]
    return [{"license": {"name": name}} for name in names]


def _needs(metadata: Message, purls: dict[Any, str]) -> list[str]:
    """Installed dependencies of a library, without those of extras that were not requested."""
    found = set()
    for line in metadata.get_all("Requires-Dist") or []:
        requirement = Requirement(line)
        name = canonicalize_name(requirement.name)
        wanted = requirement.marker is None or requirement.marker.evaluate({**_AZURE, "extra": ""})
        if wanted and name in purls:
            found.add(purls[name])
    return sorted(found)
