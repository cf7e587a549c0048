// Who acts: nobody and nothing has a password.
import { Region, Federation, Identity } from '../types.bicep'

@description('Region of the identities.')
param location Region

@description('Tags of every resource.')
param tags object

@description('What the names start with.')
param prefix string

@description('What the names end with.')
param suffix string

@description('Who may deploy by a federated token.')
param federations Federation[]

@description('Runs the host: its storage, its settings, its telemetry, its package.')
resource host 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: '${prefix}host-${suffix}'
  location: location
  tags: tags
}

@description('Works on data of which iZwop is the controller.')
resource controller 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: '${prefix}controller-${suffix}'
  location: location
  tags: tags
}

@description('Works on data that clients own, as their processor.')
resource processor 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: '${prefix}processor-${suffix}'
  location: location
  tags: tags
}

@description('Publishes packages from the pipeline.')
resource publisher 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: '${prefix}publisher-${suffix}'
  location: location
  tags: tags
}

// Two credentials of one identity cannot be written at the same time.
@batchSize(1)
resource credentials 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2024-11-30' = [
  for federation in federations: {
    parent: publisher
    name: federation.name
    properties: {
      issuer: federation.issuer
      subject: federation.subject
      audiences: ['api://AzureADTokenExchange']
    }
  }
]

@description('The identity of the host.')
output host Identity = {
  id: host.id
  clientId: host.properties.clientId
  principalId: host.properties.principalId
}

@description('The identity for data of which iZwop is the controller.')
output controller Identity = {
  id: controller.id
  clientId: controller.properties.clientId
  principalId: controller.properties.principalId
}

@description('The identity for data of clients.')
output processor Identity = {
  id: processor.id
  clientId: processor.properties.clientId
  principalId: processor.properties.principalId
}

@description('The identity of the pipeline.')
output publisher Identity = {
  id: publisher.id
  clientId: publisher.properties.clientId
  principalId: publisher.properties.principalId
}
