// Who may touch which store: every assignment of a role but the pipeline's, in one place to be read in one go.
import { Identity } from '../types.bicep'

@description('The identity of the host.')
param host Identity

@description('The identity for data of which iZwop is the controller.')
param controller Identity

@description('The identity for data of clients.')
param processor Identity

@description('Name of the Cosmos account.')
@minLength(3)
@maxLength(50)
param cosmosName string

@description('Name of the database.')
param databaseName string

@description('Name of the account with the queues and the state of the host.')
@minLength(3)
@maxLength(24)
param applicationName string

@description('Name of the account with the pictures.')
@minLength(3)
@maxLength(24)
param mediaName string

@description('Name of the account with the packages.')
@minLength(3)
@maxLength(24)
param deploymentName string

@description('Name of the account with the salt.')
@minLength(3)
@maxLength(24)
param saltName string

@description('Name of the account with the audit records.')
@minLength(3)
@maxLength(24)
param auditName string

@description('Name of the vault.')
@minLength(3)
@maxLength(24)
param vaultName string

@description('Name of the telemetry component.')
param componentName string

var keyVaultCryptoServiceEncryptionUser = 'e147488a-f6f5-4113-8e2d-b22465e65bf6'
var keyVaultSecretsUser = '4633458b-17de-408a-b874-0445c86b69e6'
var monitoringMetricsPublisher = '3913510d-42f4-4e42-8a64-420c390055eb'
var storageBlobDataContributor = 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
var storageBlobDataOwner = 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
var storageBlobDelegator = 'db58b8e5-c6ad-4a2a-8342-4190687cbf4a'
var storageQueueDataContributor = '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
var storageQueueDataMessageSender = 'c6a89b2d-59bc-44d0-9896-0f6e12d7b80a'
var storageQueueDataReader = '19e7f393-937e-4f77-808e-94535e297925'
var cosmosDataContributor = '00000000-0000-0000-0000-000000000002'

var queueNames = loadJsonContent('../queues.json')
var containerNames = map(loadJsonContent('../../adapters/cosmos/containers.json'), container => container.name)

// What clients own. Nobody else's identity reads it, and this one reads nothing else.
var clientContainers = filter(containerNames, name => name == 'client_data')
var ownContainers = filter(containerNames, name => name != 'client_data')

resource cosmos 'Microsoft.DocumentDB/databaseAccounts@2026-03-15' existing = {
  name: cosmosName

  // An account takes one assignment at a time.
  @batchSize(1)
  resource own 'sqlRoleAssignments' = [
    for name in ownContainers: {
      name: guid(cosmosName, name, controller.principalId)
      properties: {
        principalId: controller.principalId
        roleDefinitionId: '${cosmos.id}/sqlRoleDefinitions/${cosmosDataContributor}'
        scope: '${cosmos.id}/dbs/${databaseName}/colls/${name}'
      }
    }
  ]

  @batchSize(1)
  resource ofClients 'sqlRoleAssignments' = [
    for name in clientContainers: {
      name: guid(cosmosName, name, processor.principalId)
      properties: {
        principalId: processor.principalId
        roleDefinitionId: '${cosmos.id}/sqlRoleDefinitions/${cosmosDataContributor}'
        scope: '${cosmos.id}/dbs/${databaseName}/colls/${name}'
      }
      dependsOn: [own]
    }
  ]
}

resource application 'Microsoft.Storage/storageAccounts@2026-04-01' existing = {
  name: applicationName

  resource service 'queueServices' existing = {
    name: 'default'

    resource queues 'queues' existing = [for name in queueNames: { name: name }]

    resource poison 'queues' existing = [for name in queueNames: { name: '${name}-poison' }]
  }
}

// The host makes the containers of its locks and keys itself, so it needs the account.
resource hostKeepsLocks 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(application.id, host.principalId, storageBlobDataOwner)
  scope: application
  properties: {
    principalId: host.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', storageBlobDataOwner)
  }
}

// The host takes messages and sets aside those that fail.
resource hostTakes 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (name, index) in queueNames: {
    name: guid(application.id, name, host.principalId, storageQueueDataContributor)
    scope: application::service::queues[index]
    properties: {
      principalId: host.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', storageQueueDataContributor)
    }
  }
]

resource hostSetsAside 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (name, index) in queueNames: {
    name: guid(application.id, '${name}-poison', host.principalId, storageQueueDataContributor)
    scope: application::service::poison[index]
    properties: {
      principalId: host.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', storageQueueDataContributor)
    }
  }
]

resource controllerSends 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (name, index) in queueNames: {
    name: guid(application.id, name, controller.principalId, storageQueueDataMessageSender)
    scope: application::service::queues[index]
    properties: {
      principalId: controller.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', storageQueueDataMessageSender)
    }
  }
]

// The page of health says how long work waits, and how much was set aside.
resource controllerLooks 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (name, index) in queueNames: {
    name: guid(application.id, name, controller.principalId, storageQueueDataReader)
    scope: application::service::queues[index]
    properties: {
      principalId: controller.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', storageQueueDataReader)
    }
  }
]

resource controllerCounts 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (name, index) in queueNames: {
    name: guid(application.id, '${name}-poison', controller.principalId, storageQueueDataReader)
    scope: application::service::poison[index]
    properties: {
      principalId: controller.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', storageQueueDataReader)
    }
  }
]

resource media 'Microsoft.Storage/storageAccounts@2026-04-01' existing = {
  name: mediaName

  resource blobs 'blobServices' existing = {
    name: 'default'

    resource uploads 'containers' existing = { name: 'uploads' }

    resource pictures 'containers' existing = { name: 'media' }

    resource exports 'containers' existing = { name: 'exports' }

    resource search 'containers' existing = { name: 'search' }
  }
}

resource controllerUploads 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(media::blobs::uploads.id, controller.principalId, storageBlobDataContributor)
  scope: media::blobs::uploads
  properties: {
    principalId: controller.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', storageBlobDataContributor)
  }
}

resource controllerPictures 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(media::blobs::pictures.id, controller.principalId, storageBlobDataContributor)
  scope: media::blobs::pictures
  properties: {
    principalId: controller.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', storageBlobDataContributor)
  }
}

resource controllerExports 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(media::blobs::exports.id, controller.principalId, storageBlobDataContributor)
  scope: media::blobs::exports
  properties: {
    principalId: controller.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', storageBlobDataContributor)
  }
}

resource controllerSearch 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(media::blobs::search.id, controller.principalId, storageBlobDataContributor)
  scope: media::blobs::search
  properties: {
    principalId: controller.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', storageBlobDataContributor)
  }
}

// A key to sign the URLs of uploads with is given by the account; alone it opens nothing.
resource controllerSigns 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(media.id, controller.principalId, storageBlobDelegator)
  scope: media
  properties: {
    principalId: controller.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', storageBlobDelegator)
  }
}

resource deployment 'Microsoft.Storage/storageAccounts@2026-04-01' existing = {
  name: deploymentName

  resource blobs 'blobServices' existing = {
    name: 'default'

    resource packages 'containers' existing = { name: 'packages' }
  }
}

resource hostLoadsPackages 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(deployment::blobs::packages.id, host.principalId, storageBlobDataContributor)
  scope: deployment::blobs::packages
  properties: {
    principalId: host.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', storageBlobDataContributor)
  }
}

resource saltAccount 'Microsoft.Storage/storageAccounts@2026-04-01' existing = {
  name: saltName

  resource blobs 'blobServices' existing = {
    name: 'default'

    resource salt 'containers' existing = { name: 'salt' }
  }
}

resource controllerSalts 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(saltAccount::blobs::salt.id, controller.principalId, storageBlobDataContributor)
  scope: saltAccount::blobs::salt
  properties: {
    principalId: controller.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', storageBlobDataContributor)
  }
}

resource auditAccount 'Microsoft.Storage/storageAccounts@2026-04-01' existing = {
  name: auditName

  resource blobs 'blobServices' existing = {
    name: 'default'

    resource records 'containers' existing = { name: 'audit' }
  }
}

// To append; the policy of the container refuses the rest of what this role allows.
resource controllerRecords 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(auditAccount::blobs::records.id, controller.principalId, storageBlobDataContributor)
  scope: auditAccount::blobs::records
  properties: {
    principalId: controller.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', storageBlobDataContributor)
  }
}

resource vault 'Microsoft.KeyVault/vaults@2026-02-01' existing = {
  name: vaultName

  resource credentialsKey 'keys' existing = { name: 'credentials' }
}

resource hostReadsSecrets 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, host.principalId, keyVaultSecretsUser)
  scope: vault
  properties: {
    principalId: host.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', keyVaultSecretsUser)
  }
}

// It reads the public half and lets the vault unwrap; it may not change the key or make another.
resource controllerUnwraps 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault::credentialsKey.id, controller.principalId, keyVaultCryptoServiceEncryptionUser)
  scope: vault::credentialsKey
  properties: {
    principalId: controller.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      keyVaultCryptoServiceEncryptionUser
    )
  }
}

resource component 'Microsoft.Insights/components@2020-02-02' existing = {
  name: componentName
}

resource hostReports 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(component.id, host.principalId, monitoringMetricsPublisher)
  scope: component
  properties: {
    principalId: host.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', monitoringMetricsPublisher)
  }
}
