// The storage accounts. One for each promise: what may be recovered, what must vanish, what must never change.
import { Region, Reach, Care } from '../types.bicep'

@description('Region of the accounts.')
param location Region

@description('Tags of every resource.')
param tags object

@description('What the names of the accounts start with.')
param prefix string

@description('What the names end with.')
param suffix string

@description('What the names of private endpoints start with.')
param endpointPrefix string

@description('How the accounts are reached.')
param reach Reach

@description('How the accounts are kept.')
param care Care

@description('Days for which no audit record can be changed or deleted.')
@minValue(30)
@maxValue(1095)
param auditDays int

@description('The policy of the audit records is locked.')
param isAuditLocked bool

// The queues that the functions are triggered by. What fails five times the host puts into the poison queue.
var queues = loadJsonContent('../queues.json')

module application 'storage-account.bicep' = {
  params: {
    location: location
    tags: tags
    name: '${prefix}app${suffix}'
    endpointPrefix: '${endpointPrefix}application-'
    reach: reach
    care: care
    queues: concat(queues, map(queues, queue => '${queue}-poison'))
    // The host keeps its locks and keys beside its queues.
    parts: ['blob', 'queue']
    recoveryDays: 7
  }
}

module media 'storage-account.bicep' = {
  params: {
    location: location
    tags: tags
    name: '${prefix}media${suffix}'
    endpointPrefix: '${endpointPrefix}media-'
    reach: reach
    care: care
    containers: ['uploads', 'media', 'exports', 'search']
    // Erasure promises that nothing can be brought back after seven days.
    recoveryDays: 7
    expiry: [
      { container: 'uploads', days: 1 }
      { container: 'exports', days: 8 }
    ]
  }
}

module deployment 'storage-account.bicep' = {
  params: {
    location: location
    tags: tags
    name: '${prefix}deploy${suffix}'
    endpointPrefix: '${endpointPrefix}deployment-'
    reach: reach
    // The platform writes packages from outside; a private endpoint lets it in through our network.
    isOpenToPlatform: !reach.isPrivate
    care: care
    containers: ['packages']
    recoveryDays: 7
  }
}

// The daily salt of visitors. What is deleted here is gone: no version, no recovery, no feed, no backup.
module salt 'storage-account.bicep' = {
  params: {
    location: location
    tags: tags
    name: '${prefix}salt${suffix}'
    endpointPrefix: '${endpointPrefix}salt-'
    reach: reach
    care: care
    containers: ['salt']
    recoveryDays: 0
    expiry: [{ container: 'salt', days: 2 }]
  }
}

module audit 'storage-account.bicep' = {
  params: {
    location: location
    tags: tags
    name: '${prefix}audit${suffix}'
    endpointPrefix: '${endpointPrefix}audit-'
    reach: reach
    care: care
    containers: ['audit']
    recoveryDays: 7
  }
}

// Records are appended and never changed, whoever asks. An operator locks the policy once it is right; a locked
// one can only be made longer, by a request of its own.
resource unchangeable 'Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies@2026-04-01' = if (!isAuditLocked) {
  name: '${prefix}audit${suffix}/default/audit/default'
  properties: {
    immutabilityPeriodSinceCreationInDays: auditDays
    allowProtectedAppendWrites: true
  }
  dependsOn: [audit]
}

@description('Name of the account with the queues and the state of the host.')
@minLength(3)
@maxLength(24)
output applicationName string = application.outputs.name

@description('Where the queues are.')
output queueUri string = application.outputs.queueUri

@description('Where the host keeps its locks and keys.')
output hostBlobUri string = application.outputs.blobUri

@description('Name of the account with the pictures.')
@minLength(3)
@maxLength(24)
output mediaName string = media.outputs.name

@description('Resource id of the account with the pictures.')
output mediaId string = media.outputs.id

@description('Where the pictures are.')
output mediaUri string = media.outputs.blobUri

@description('Name of the account with the packages.')
@minLength(3)
@maxLength(24)
output deploymentName string = deployment.outputs.name

@description('Where the packages are.')
output packagesUri string = '${deployment.outputs.blobUri}packages'

@description('Name of the account with the salt.')
@minLength(3)
@maxLength(24)
output saltName string = salt.outputs.name

@description('Name of the account with the audit records.')
@minLength(3)
@maxLength(24)
output auditName string = audit.outputs.name
