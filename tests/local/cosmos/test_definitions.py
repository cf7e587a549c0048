"""Refused definitions of containers, each with its sentence, through the real SDK."""

import pytest
from azure.cosmos import PartitionKey
from azure.cosmos.aio import DatabaseProxy
from azure.cosmos.exceptions import CosmosHttpResponseError

from tests.local.cosmos.running import fresh

VECTOR = {"path": "/v", "dataType": "float32", "dimensions": 256, "distanceFunction": "cosine"}
WIDE = VECTOR | {"path": "/wide", "dimensions": 600}
ROOT = [{"path": "/*"}]


async def refusal(database: DatabaseProxy, **options) -> str:
    with pytest.raises(CosmosHttpResponseError) as refused:
        await database.create_container(fresh("bad"), PartitionKey("/owner"), **options)
    assert refused.value.status_code == 400
    assert not refused.value.sub_status
    return refused.value.message


@pytest.mark.parametrize(
    ("path", "near"),
    [
        ("/expiration", 11),
        ("/lines/*/product/?", 8),
        ("/lines/?/product/?", 8),
        ("/lines/[]", 9),
        ("/first-name/?", 6),
        ("/a//b/?", 2),
        ("a/?", 0),
        ("/a/?/", 4),
        ("", 0),
    ],
)
@pytest.mark.parametrize("kind", ["includedPaths", "excludedPaths"])
async def test_a_path_that_is_not_one_is_refused_where_it_fails(database, path, near, kind):
    policy = {"includedPaths": ROOT} | {kind: [{"path": path}, *ROOT]}
    told = await refusal(database, indexing_policy=policy)
    assert f"The indexing path '{path}' could not be accepted, failed near position '{near}'" in told


@pytest.mark.parametrize(
    "path", ["/*", "/", "/a/?", "/a/*", "/a/b/?", "/lines/[]/product/?", "/[]/?", '/"first-name"/?', "/ä/?"]
)
async def test_paths_of_labels_with_an_ending_are_kept(database, path):
    policy = {"includedPaths": [{"path": path}], "excludedPaths": ROOT if path not in {"/*", "/"} else []}
    made = await database.create_container(fresh("good"), PartitionKey("/owner"), indexing_policy=policy)
    shown = (await made.read())["indexingPolicy"]["includedPaths"]
    assert shown == [{"path": "/*" if path == "/" else path}]
    await database.delete_container(made)


@pytest.mark.parametrize(
    ("group", "named"),
    [
        ([{"path": "/a"}], "2 to 8 paths"),
        ([{"path": f"/p{n}"} for n in range(9)], "2 to 8 paths"),
        ([{"path": "/a/?"}, {"path": "/b"}], "'/a/?'"),
        ([{"path": "/a"}, {"path": "/b/*"}], "'/b/*'"),
        ([{"path": "/a"}, {"path": "/b/[]/c"}], "'/b/[]/c'"),
        ([{"path": "/a"}, {"path": "b"}], "'b'"),
        ([{"path": "/a", "order": "down"}, {"path": "/b"}], "'down'"),
        ([{"path": "/a"}, {"path": "/a", "order": "descending"}], "names a path twice"),
        ([{"path": "/a"}, {"path": "/b", "sort": "ascending"}], "unknown members: sort"),
        ({"path": "/a"}, "2 to 8 paths"),
    ],
)
async def test_a_composite_index_that_is_not_one_is_refused(database, group, named):
    told = await refusal(database, indexing_policy={"includedPaths": ROOT, "compositeIndexes": [group]})
    assert named in told


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"indexing_policy": {"includedPath": ROOT}}, "indexing policy has unknown members: includedPath"),
        ({"indexing_policy": {"includedPaths": [{"path": "/*", "kind": "x"}]}}, "unknown members: kind"),
        ({"indexing_policy": {"includedPaths": "/*"}}, "'includedPaths' must be a list"),
        ({"indexing_policy": {"automatic": "yes"}}, "'automatic' must be true or false"),
        ({"indexing_policy": {"spatialIndexes": [{"path": "/p/?", "types": ["Circle"]}]}}, "Circle"),
        ({"indexing_policy": {"fullTextIndexes": [{"path": "/t"}]}}, "does not support fullTextIndexes"),
        ({"unique_key_policy": {"uniqueKeys": [{"path": "/a"}]}}, "unique key has unknown members: path"),
        ({"unique_key_policy": {"keys": []}}, "unique key policy has unknown members: keys"),
        ({"conflict_resolution_policy": {"mode": "FirstWins"}}, "conflict resolution mode"),
        ({"conflict_resolution_policy": {"mode": "Custom", "x": 1}}, "unknown members: x"),
    ],
)
async def test_a_policy_member_that_would_be_lost_is_refused(database, options, named):
    assert named in await refusal(database, **options)


@pytest.mark.parametrize(
    ("index", "named"),
    [
        ({"path": "/other", "type": "flat"}, "path::/other not matching in Embedding's path"),
        ({"path": "/v", "type": "tree"}, "Index Type::tree is invalid"),
        ({"path": "/wide", "type": "flat"}, "at most 505 dimensions"),
        ({"path": "/v/*", "type": "flat"}, "'/v/*'"),
        (
            {"path": "/v", "type": "quantizedFlat", "quantizationByteSize": 0},
            "QuantizationByteSize value :: 0",
        ),
        ({"path": "/v", "type": "quantizedFlat", "quantizationByteSize": 257}, "between 1 and 256"),
        ({"path": "/wide", "type": "diskANN", "quantizationByteSize": 513}, "between 1 and 512"),
        ({"path": "/v", "type": "diskANN", "indexingSearchListSize": 5}, "between 25 and 500"),
        ({"path": "/v", "type": "diskANN", "quantizerType": "magic"}, "'magic'"),
        ({"path": "/v", "type": "diskANN", "vectorIndexShardKey": ["city"]}, "invalid Shard Path: city"),
        ({"path": "/v", "type": "diskANN", "vectorIndexShardKey": ["/a", "/b"]}, "2 exceeds the maximum: 1"),
        ({"path": "/v", "type": "diskANN", "vectorIndexShardKey": "/a"}, "must be a list"),
        ({"path": "/v", "type": "flat", "size": 3}, "unknown members: size"),
    ],
)
async def test_a_vector_index_needs_its_vector_and_parameters_in_range(database, index, named):
    told = await refusal(
        database,
        indexing_policy={"includedPaths": ROOT, "vectorIndexes": [index]},
        vector_embedding_policy={"vectorEmbeddings": [VECTOR, WIDE]},
    )
    assert named in told


async def test_a_vector_index_without_any_policy_is_refused(database):
    policy = {"includedPaths": ROOT, "vectorIndexes": [{"path": "/v", "type": "flat"}]}
    assert "path::/v not matching" in await refusal(database, indexing_policy=policy)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"dataType": "float33"}, "invalid DataType:float33"),
        ({"distanceFunction": "miles"}, "invalid DistanceFunction:miles"),
        ({"dimensions": 0}, "Dimensions:0"),
        ({"dimensions": 4097}, "Dimensions:4097 which is more than"),
        ({"path": "/v/?"}, "'/v/?'"),
        ({"embeddingSource": {}}, "does not support vector embeddings with an embeddingSource"),
        ({"size": 3}, "unknown members: size"),
    ],
)
async def test_a_vector_that_is_not_one_is_refused(database, change, named):
    assert named in await refusal(database, vector_embedding_policy={"vectorEmbeddings": [VECTOR | change]})


async def test_vectors_are_kept_as_given_and_stay_as_they_are(database):
    key = PartitionKey("/owner")
    vectors = {"vectorEmbeddings": [VECTOR]}
    indexes = [{"path": "/v", "type": "diskANN", "quantizationByteSize": 64, "indexingSearchListSize": 25}]
    policy = {"includedPaths": ROOT, "excludedPaths": [{"path": "/v/*"}], "vectorIndexes": indexes}
    made = await database.create_container(
        fresh("vectors"), key, indexing_policy=policy, vector_embedding_policy=vectors
    )
    shown = await made.read()
    assert (shown["vectorEmbeddingPolicy"], shown["indexingPolicy"]["vectorIndexes"]) == (vectors, indexes)
    for other, named in [
        ({"vector_embedding_policy": vectors}, "existing vector indexing policy cannot be modified"),
        ({"indexing_policy": policy}, "path::/v not matching in Embedding's path"),
        (
            {"indexing_policy": policy, "vector_embedding_policy": {"vectorEmbeddings": [VECTOR, WIDE]}},
            "existing embedding policy cannot be modified",
        ),
    ]:
        with pytest.raises(CosmosHttpResponseError) as refused:
            await database.replace_container(made, key, **other)
        assert refused.value.status_code == 400
        assert named in refused.value.message
    await database.replace_container(
        made, key, indexing_policy=policy, vector_embedding_policy=vectors, default_ttl=9
    )
    assert (await made.read())["defaultTtl"] == 9
    await database.delete_container(made)
