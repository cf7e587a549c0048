"""The base of the domain's models."""

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Model(BaseModel):
    """Immutable model. Its faults never repeat a value, which may be personal, because they are logged."""

    # Built on first use: most requests need few of the models.
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True, defer_build=True)


class Closed(Model):
    """Model of input and output: camelCase names in JSON, unknown fields refused."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=True)
