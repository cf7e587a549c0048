"""Rules of data stores: storage, database, vault, their backups, logs and locks."""

from collections.abc import Iterator

from breaches import ACCOUNT, COSMOS, DIAGNOSTICS, VAULT, Resources, at, each, every, rule, scoped


@rule
def r01_no_blob_is_public(resources: Resources) -> Iterator[str]:
    yield from each(resources, ACCOUNT, "allowBlobPublicAccess", False)


@rule
def r02_no_storage_key_works(resources: Resources) -> Iterator[str]:
    yield from each(resources, ACCOUNT, "allowSharedKeyAccess", False)


@rule
def r03_no_container_is_public(resources: Resources) -> Iterator[str]:
    yield from each(resources, f"{ACCOUNT}/blobServices/containers", "publicAccess", "None")


@rule
def r06_storage_denies_unknown_networks(resources: Resources) -> Iterator[str]:
    yield from each(resources, ACCOUNT, "networkAcls.defaultAction", "Deny")
    yield from each(resources, ACCOUNT, "publicNetworkAccess", "Disabled")


@rule
def r07_no_cosmos_key_works(resources: Resources) -> Iterator[str]:
    yield from each(resources, COSMOS, "disableLocalAuth", True)


@rule
def r08_cosmos_is_not_public(resources: Resources) -> Iterator[str]:
    yield from each(resources, COSMOS, "publicNetworkAccess", "Disabled")
    groups = {
        one.name for one in resources if one.type == "Microsoft.Network/privateEndpoints/privateDnsZoneGroups"
    }
    endpoints = every(resources, "Microsoft.Network/privateEndpoints")
    yield from (
        f"{one.name} has no name in the zone" for one in endpoints if f"{one.name}/default" not in groups
    )
    reached = {at(one, "privateLinkServiceConnections")[0]["properties"]["privateLinkServiceId"]
               for one in endpoints if at(one, "privateLinkServiceConnections")}  # fmt: skip
    for kind in (COSMOS, VAULT, ACCOUNT):
        yield from (
            f"{one.name} has no private endpoint" for one in every(resources, kind) if one.id not in reached
        )


@rule
def r09_no_key_changes_cosmos(resources: Resources) -> Iterator[str]:
    yield from each(resources, COSMOS, "disableKeyBasedMetadataWriteAccess", True)


@rule
def r10_backup_is_continuous(resources: Resources) -> Iterator[str]:
    yield from each(resources, COSMOS, "backupPolicy.type", "Continuous")


@rule
def r11_data_and_app_are_in_several_zones(resources: Resources) -> Iterator[str]:
    for one in every(resources, COSMOS):
        if not all(
            place["isZoneRedundant"] is True for place in at(one, "locations") or [{"isZoneRedundant": 0}]
        ):
            yield f"{one.name} is in one zone"
    for one in every(resources, ACCOUNT):
        if one.body.get("sku", {}).get("name") != "Standard_ZRS":
            yield f"{one.name} is in one zone"
    yield from each(resources, "Microsoft.Web/serverfarms", "zoneRedundant", True)


@rule
def r12_the_vault_keeps_and_asks_roles(resources: Resources) -> Iterator[str]:
    yield from each(resources, VAULT, "enableRbacAuthorization", True)
    yield from each(resources, VAULT, "enablePurgeProtection", True)
    yield from each(resources, VAULT, "publicNetworkAccess", "Disabled")
    yield from each(resources, VAULT, "networkAcls.defaultAction", "Deny")


@rule
def r16_the_salt_vanishes(resources: Resources) -> Iterator[str]:
    services = [one for one in every(resources, f"{ACCOUNT}/blobServices") if one.name.startswith("stsalt")]
    for one in services or every([], "the service of the salt account"):
        for path in ("deleteRetentionPolicy", "containerDeleteRetentionPolicy", "changeFeed"):
            yield from each([one], one.type, f"{path}.enabled", False)
        yield from each([one], one.type, "isVersioningEnabled", False)
        if at(one, "restorePolicy") or at(one, "lastAccessTimeTrackingPolicy"):
            yield f"{one.name} can be restored"


@rule
def r17_a_deleted_picture_is_gone_in_seven_days(resources: Resources) -> Iterator[str]:
    services = [one for one in every(resources, f"{ACCOUNT}/blobServices") if one.name.startswith("stmedia")]
    for one in services or every([], "the service of the media account"):
        for path in ("deleteRetentionPolicy", "containerDeleteRetentionPolicy"):
            if not 1 <= (at(one, f"{path}.days") or 0) <= 7:
                yield f"{one.name}: {path} is {at(one, path)}"
        yield from each([one], one.type, "isVersioningEnabled", False)
    policies = [one for one in resources if one.type == f"{ACCOUNT}/managementPolicies"]
    expired = {
        entry["definition"]["filters"]["prefixMatch"][0]: entry["definition"]
        for one in policies
        for entry in at(one, "policy.rules")
    }
    for name in ("uploads/", "exports/"):
        definition = expired.get(name, {"filters": {"blobTypes": []}, "actions": {}})
        if not {"blockBlob", "appendBlob"} <= set(definition["filters"]["blobTypes"]):
            yield f"a kind of blob in {name} is kept for ever"
        if not {"baseBlob", "snapshot"} <= definition["actions"].keys():
            yield f"a snapshot in {name} is kept for ever"


@rule
def r19_every_store_logs(resources: Resources) -> Iterator[str]:
    logged = {str(scope): str(one.properties.get("logs")) for scope, one in scoped(resources, DIAGNOSTICS)}
    wanted = {
        f"{ACCOUNT}/blobServices": ("StorageRead", "StorageWrite", "StorageDelete"),
        f"{ACCOUNT}/queueServices": ("StorageWrite", "StorageDelete"),
        COSMOS: ("ControlPlaneRequests",),
        VAULT: ("AuditEvent",),
    }
    for kind, categories in wanted.items():
        for one in every(resources, kind):
            missing = [category for category in categories if category not in logged.get(one.id, "")]
            yield from (f"{one.name} does not log {category}" for category in missing)


@rule
def r21_audit_records_cannot_be_changed(resources: Resources) -> Iterator[str]:
    for one in every(resources, f"{ACCOUNT}/blobServices/containers/immutabilityPolicies"):
        if (
            not one.name.endswith("/audit/default")
            or (at(one, "immutabilityPeriodSinceCreationInDays") or 0) < 365
        ):
            yield f"{one.name}: {one.properties}"


@rule
def r25_stores_cannot_be_deleted_by_mistake(resources: Resources) -> Iterator[str]:
    locks = {scope for scope, one in scoped(resources, "Microsoft.Authorization/locks")
             if at(one, "level") == "CanNotDelete"}  # fmt: skip
    for kind in (ACCOUNT, COSMOS, VAULT):
        yield from (f"{one.name} is not locked" for one in every(resources, kind) if one.id not in locks)
    for one in resources:
        if (
            one.type == "Microsoft.ContainerRegistry/registries"
            and at(one, "publicNetworkAccess") != "Disabled"
        ):
            yield f"{one.name} is public"
