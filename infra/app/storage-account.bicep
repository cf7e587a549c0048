// A storage account as all of ours are: identities only, nothing public, every access logged.
import { Region, Reach, Care, StoreName } from '../types.bicep'

@description('Region of the account.')
param location Region

@description('Tags of every resource.')
param tags object

@description('Name of the account.')
@minLength(3)
@maxLength(24)
param name string

@description('What the names of its private endpoints start with.')
param endpointPrefix string

@description('How the account is reached.')
param reach Reach

@description('Let the platform, which is in no network of ours, write to it. Identities still decide who may.')
param isOpenToPlatform bool = false

@description('How the account is kept.')
param care Care

@description('Its blob containers.')
param containers StoreName[] = []

@description('Its queues.')
param queues StoreName[] = []

@description('What is asked of it: private endpoints lead to these parts.')
param parts ('blob' | 'queue')[] = ['blob']

@description('Days for which a deleted blob can be brought back. 0: what is deleted is gone, with no version and no trace.')
@minValue(0)
@maxValue(7)
param recoveryDays int

@description('Days after which blobs are deleted, by container.')
param expiry { container: StoreName, days: int }[] = []

var keepsDeleted = recoveryDays > 0
var retention = keepsDeleted ? { enabled: true, days: recoveryDays } : { enabled: false }

resource account 'Microsoft.Storage/storageAccounts@2026-04-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: care.isZoneRedundant ? 'Standard_ZRS' : 'Standard_LRS' }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowSharedKeyAccess: false
    allowCrossTenantReplication: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: reach.isPrivate ? 'Disabled' : 'Enabled'
    networkAcls: {
      defaultAction: isOpenToPlatform ? 'Allow' : 'Deny'
      bypass: 'None'
      ipRules: []
      virtualNetworkRules: reach.isPrivate ? [] : [{ id: reach.functionSubnetId }]
    }
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2026-04-01' = {
  parent: account
  name: 'default'
  properties: {
    isVersioningEnabled: false
    changeFeed: { enabled: false }
    deleteRetentionPolicy: retention
    containerDeleteRetentionPolicy: retention
    cors: { corsRules: [] }
  }
}

resource blobContainers 'Microsoft.Storage/storageAccounts/blobServices/containers@2026-04-01' = [
  for container in containers: {
    parent: blobs
    name: container
    properties: { publicAccess: 'None' }
  }
]

resource queueService 'Microsoft.Storage/storageAccounts/queueServices@2026-04-01' = {
  parent: account
  name: 'default'
  properties: { cors: { corsRules: [] } }
}

resource messageQueues 'Microsoft.Storage/storageAccounts/queueServices/queues@2026-04-01' = [
  for queue in queues: {
    parent: queueService
    name: queue
  }
]

resource lifecycle 'Microsoft.Storage/storageAccounts/managementPolicies@2026-04-01' = if (!empty(expiry)) {
  parent: account
  name: 'default'
  properties: {
    policy: {
      rules: [
        for rule in expiry: {
          name: 'expire-${rule.container}'
          type: 'Lifecycle'
          enabled: true
          definition: {
            filters: {
              // Azure expires no page blobs; the edge refuses them, and the app deletes those it finds.
              blobTypes: ['blockBlob', 'appendBlob']
              prefixMatch: ['${rule.container}/']
            }
            actions: {
              baseBlob: { delete: { daysAfterCreationGreaterThan: rule.days } }
              snapshot: { delete: { daysAfterCreationGreaterThan: rule.days } }
            }
          }
        }
      ]
    }
  }
}

// An endpoint is a change of the account, which takes one change at a time.
@batchSize(1)
module endpoints 'private-endpoint.bicep' = [
  for part in parts: if (reach.isPrivate) {
    params: {
      name: '${endpointPrefix}${part}'
      location: location
      tags: tags
      subnetId: reach.endpointSubnetId
      storeId: account.id
      part: part
      zoneName: 'privatelink.${part}.${environment().suffixes.storage}'
    }
    dependsOn: [
      blobContainers
      messageQueues
      lifecycle
    ]
  }
]

resource blobLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'workspace'
  scope: blobs
  properties: {
    workspaceId: care.workspaceId
    logs: [
      for category in ['StorageRead', 'StorageWrite', 'StorageDelete']: {
        category: category
        enabled: true
      }
    ]
  }
}

// Not what is read: the host looks into every queue each few seconds, and a message names nobody.
resource queueLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'workspace'
  scope: queueService
  properties: {
    workspaceId: care.workspaceId
    logs: [
      for category in ['StorageWrite', 'StorageDelete']: {
        category: category
        enabled: true
      }
    ]
  }
}

resource lock 'Microsoft.Authorization/locks@2020-05-01' = if (care.isLocked) {
  name: 'keep'
  scope: account
  properties: {
    level: 'CanNotDelete'
    notes: 'The service does not work without it. Remove the lock only to end the service.'
  }
}

@description('Name of the account.')
@minLength(3)
@maxLength(24)
output name string = account.name

@description('Resource id of the account.')
output id string = account.id

@description('Where its blobs are.')
output blobUri string = account.properties.primaryEndpoints.blob

@description('Where its queues are.')
output queueUri string = account.properties.primaryEndpoints.queue
