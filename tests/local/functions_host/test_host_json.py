"""The settings of host.json."""

import json

import pytest

from local.functions_host.host_json import HostJson, QueueSettings


@pytest.fixture
def read(tmp_path):
    def read(**extensions) -> HostJson:
        (tmp_path / "host.json").write_text(json.dumps({"version": "2.0", "extensions": extensions}))
        return HostJson.read(tmp_path)

    return read


def test_an_absent_file_means_azures_defaults_in_development(tmp_path):
    host_json = HostJson.read(tmp_path)
    assert (host_json.route_prefix, host_json.has_extension_bundle) == ("api", False)
    assert host_json.queues == QueueSettings(16, None, 5, 0, 2, base64=True)


def test_every_queue_setting_is_obeyed(read):
    queues = read(
        queues={
            "batchSize": 1,
            "newBatchThreshold": 0,
            "maxDequeueCount": 2,
            "visibilityTimeout": "00:00:30.5",
            "maxPollingInterval": "00:00:10",
            "messageEncoding": "None",
        }
    ).queues
    assert queues == QueueSettings(1, 0, 2, 30.5, 10, base64=False)


@pytest.mark.parametrize(
    ("text", "seconds"), [("1.00:00:00", 86400), ("01:02:03", 3723), (1500, 1.5), ("00:01:00", 2)]
)
def test_times_are_dotnet_timespans_or_milliseconds(read, text, seconds):
    assert read(queues={"maxPollingInterval": text}).queues.max_polling_interval == seconds


@pytest.mark.parametrize(("prefix", "expected"), [("", ""), ("v1", "v1"), ("/v1/", "v1")])
def test_the_route_prefix_may_be_empty(read, prefix, expected):
    assert read(http={"routePrefix": prefix}).route_prefix == expected
