"""What our SCIM service has: schemas with the attributes that are kept and no others, and capabilities."""

from functools import cache
from typing import Any, Final

from scim2_models import ResourceType, Schema, ScimPolicy, ScimProvider, ServiceProviderConfig
from scim2_server.service import ScimService

USER: Final = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE: Final = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
GROUP: Final = "urn:ietf:params:scim:schemas:core:2.0:Group"
# Of a page of a list.
MOST_RESULTS: Final = 100

# What Microsoft Entra sends beyond the standard is understood, or ignored if it is nothing that we keep.
_POLICY: Final = ScimPolicy(
    unknown=ScimPolicy.Unknown.ignore,
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
)


def _attribute(name: str, description: str, kind: str = "string", **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "type": kind,
        "description": description,
        "multiValued": False,
        "required": False,
        "caseExact": False,
        "mutability": "readWrite",
        "returned": "default",
        "uniqueness": "none",
        **more,
    }


def _user() -> dict[str, Any]:
    emails = [
        _attribute("value", "The address.", required=True),
        _attribute("type", "What the address is for.", canonicalValues=["work"]),
        _attribute("primary", "Whether this is the main address.", "boolean"),
    ]
    phones = [
        _attribute("value", "The number, kept as it was sent.", required=True),
        _attribute("type", "What the number is for.", canonicalValues=["work", "mobile"]),
    ]
    names = [
        _attribute("formatted", "The whole name."),
        _attribute("familyName", "The family name."),
        _attribute("givenName", "The given name."),
    ]
    return {
        "id": USER,
        "name": "User",
        "description": "A person of the organisation.",
        "attributes": [
            _attribute("userName", "What the directory calls them.", required=True, uniqueness="server"),
            _attribute("name", "The parts of the name.", "complex", subAttributes=names),
            _attribute("displayName", "The name as it is shown."),
            _attribute("title", "The job title."),
            _attribute("active", "Whether they are in the organisation.", "boolean", required=True),
            _attribute(
                "emails",
                "The address at work, one for each person.",
                "complex",
                multiValued=True,
                required=True,
                subAttributes=emails,
            ),
            _attribute(
                "phoneNumbers",
                "The numbers at work, one of each type.",
                "complex",
                multiValued=True,
                subAttributes=phones,
            ),
        ],
    }


def _enterprise() -> dict[str, Any]:
    return {
        "id": ENTERPRISE,
        "name": "EnterpriseUser",
        "description": "What organisations know about their people.",
        "attributes": [
            _attribute("employeeNumber", "The staff number."),
            _attribute("department", "The department."),
        ],
    }


def _group() -> dict[str, Any]:
    member = [
        _attribute("value", "The id of the person.", mutability="immutable", required=True),
        _attribute(
            "$ref", "Where the person is.", "reference", referenceTypes=["User"], mutability="immutable"
        ),
    ]
    return {
        "id": GROUP,
        "name": "Group",
        "description": "A team of the organisation.",
        "attributes": [
            _attribute("displayName", "The name of the team.", required=True, uniqueness="server"),
            _attribute("members", "Who is in the team.", "complex", multiValued=True, subAttributes=member),
        ],
    }


def _config() -> ServiceProviderConfig:
    return ServiceProviderConfig.model_validate(
        {
            "patch": {"supported": True},
            "bulk": {"supported": False, "maxOperations": 0, "maxPayloadSize": 0},
            "filter": {"supported": True, "maxResults": MOST_RESULTS},
            "changePassword": {"supported": False},
            "sort": {"supported": False},
            "etag": {"supported": True},
            "authenticationSchemes": [
                {
                    "type": "oauthbearertoken",
                    "name": "Token of the organisation",
                    "description": "A token that an owner or admin makes on the page of the directory.",
                    "primary": True,
                }
            ],
        }
    )


@cache
def service() -> ScimService:
    resource_types = [
        {
            "id": "User",
            "name": "User",
            "endpoint": "/Users",
            "description": "People",
            "schema": USER,
            "schemaExtensions": [{"schema": ENTERPRISE, "required": False}],
        },
        {"id": "Group", "name": "Group", "endpoint": "/Groups", "description": "Teams", "schema": GROUP},
    ]
    return ScimService(
        ScimProvider.from_discovery(
            [Schema.model_validate(each) for each in (_user(), _enterprise(), _group())],
            [ResourceType.model_validate(each) for each in resource_types],
            config=_config(),
            policy=_POLICY,
        )
    )
