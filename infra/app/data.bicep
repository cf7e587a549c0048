// Cosmos DB: the account, its database, and the containers as the app describes them.
import { Region, Reach, Care } from '../types.bicep'

@description('Region of the account.')
param location Region

@description('Tags of every resource.')
param tags object

@description('Name of the account.')
@minLength(3)
@maxLength(50)
param name string

@description('Name of the private endpoint, where there is one.')
param endpointName string

@description('How the account is reached.')
param reach Reach

@description('How the account is kept.')
param care Care

@description('The most request units a second that all containers share; 0 means serverless.')
@minValue(0)
@maxValue(1000000)
param mostRequestUnits int

// Continuous backups age out within the 30 days that the notice promises.
var isServerless = mostRequestUnits == 0

// The same description makes the containers of the local server.
var containers = loadJsonContent('../../adapters/cosmos/containers.json')

resource account 'Microsoft.DocumentDB/databaseAccounts@2026-03-15' = {
  name: name
  location: location
  tags: tags
  kind: 'GlobalDocumentDB'
  properties: {
    databaseAccountOfferType: 'Standard'
    locations: [
      {
        locationName: location
        failoverPriority: 0
        isZoneRedundant: care.isZoneRedundant
      }
    ]
    capabilities: isServerless ? [{ name: 'EnableServerless' }] : []
    consistencyPolicy: { defaultConsistencyLevel: 'Session' }
    backupPolicy: {
      type: 'Continuous'
      continuousModeProperties: { tier: isServerless ? 'Continuous7Days' : 'Continuous30Days' }
    }
    disableLocalAuth: true
    disableKeyBasedMetadataWriteAccess: true
    minimalTlsVersion: 'Tls12'
    publicNetworkAccess: reach.isPrivate ? 'Disabled' : 'Enabled'
    networkAclBypass: 'None'
    isVirtualNetworkFilterEnabled: !reach.isPrivate
    virtualNetworkRules: reach.isPrivate ? [] : [{ id: reach.functionSubnetId }]
  }
}

resource database 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases@2026-03-15' = {
  parent: account
  name: 'izwop'
  tags: tags
  properties: {
    resource: { id: 'izwop' }
    options: isServerless ? {} : { autoscaleSettings: { maxThroughput: mostRequestUnits } }
  }
}

// No unique keys: what must be unique is an id in its partition, such as a name's reservation in `names`.
// Many at once are refused by an account that is busy making the first.
@batchSize(1)
resource collections 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers@2026-03-15' = [
  for container in containers: {
    parent: database
    name: container.name
    tags: tags
    properties: {
      resource: {
        id: container.name
        partitionKey: {
          paths: [container.partitionKey]
          kind: 'Hash'
          version: 2
        }
        defaultTtl: container.defaultTtl
        indexingPolicy: container.indexingPolicy
      }
    }
  }
]

module endpoint 'private-endpoint.bicep' = if (reach.isPrivate) {
  params: {
    name: endpointName
    location: location
    tags: tags
    subnetId: reach.endpointSubnetId
    storeId: account.id
    part: 'Sql'
    zoneName: 'privatelink.documents.azure.com'
  }
  // An endpoint is a change of the account, which takes one change at a time.
  dependsOn: [collections]
}

// Who changed the account. Requests for data are counted by metrics: their logs would name people's handles.
resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'workspace'
  scope: account
  properties: {
    workspaceId: care.workspaceId
    logs: [
      {
        category: 'ControlPlaneRequests'
        enabled: true
      }
    ]
    metrics: [
      {
        category: 'Requests'
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
    notes: 'Holds what people trusted us with. Remove the lock only to end the service.'
  }
}

@description('Name of the account.')
@minLength(3)
@maxLength(50)
output name string = account.name

@description('Resource id of the account.')
output id string = account.id

@description('Where the client library finds it.')
output endpoint string = account.properties.documentEndpoint

@description('Name of the database.')
output databaseName string = database.name
