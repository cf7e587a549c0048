// The vault, the secrets that no identity can replace, and the key that wraps credentials of clients' systems.
import { Region, Reach, Care } from '../types.bicep'

@description('Region of the vault.')
param location Region

@description('Tags of every resource.')
param tags object

@description('Name of the vault.')
@minLength(3)
@maxLength(24)
param name string

@description('Name of the private endpoint, where there is one.')
param endpointName string

@description('How the vault is reached.')
param reach Reach

@description('How the vault is kept.')
param care Care

@description('The secret of the application that people sign in to.')
@secure()
@minLength(8)
param oidcClientSecret string

@description('32 random bytes in base64; seals the sign-in cookie.')
@secure()
@minLength(43)
param sessionKey string

@description('32 random bytes in base64; wraps the keys of private texts.')
@secure()
@minLength(43)
param relationsKey string

@description('32 random bytes in base64; signs receipts of consent.')
@secure()
@minLength(43)
param receiptKey string

@description('`smtps://user:password@host:port` of the server that takes our mail.')
@secure()
@minLength(8)
param smtpUrl string

@description('JSON: iZwop\'s applications at vendors, each with its id and secret. Empty: none.')
@secure()
param oauthApps string

resource vault 'Microsoft.KeyVault/vaults@2026-02-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: {
      family: 'A'
      name: 'standard'
    }
    enableRbacAuthorization: true
    enableSoftDelete: true
    // The same for all: it can be chosen once, and a vault whose lock comes or goes would be refused.
    softDeleteRetentionInDays: 90
    enablePurgeProtection: true
    publicNetworkAccess: reach.isPrivate ? 'Disabled' : 'Enabled'
    networkAcls: {
      defaultAction: 'Deny'
      bypass: 'None'
      ipRules: []
      virtualNetworkRules: reach.isPrivate ? [] : [{ id: reach.functionSubnetId }]
    }
  }

  resource oidcClientSecretEntry 'secrets' = {
    name: 'oidc-client-secret'
    tags: tags
    properties: { value: oidcClientSecret, contentType: 'text/plain' }
  }

  resource sessionKeyEntry 'secrets' = {
    name: 'session-key'
    tags: tags
    properties: { value: sessionKey, contentType: 'text/plain' }
  }

  resource relationsKeyEntry 'secrets' = {
    name: 'relations-key'
    tags: tags
    properties: { value: relationsKey, contentType: 'text/plain' }
  }

  resource receiptKeyEntry 'secrets' = {
    name: 'receipt-key'
    tags: tags
    properties: { value: receiptKey, contentType: 'text/plain' }
  }

  resource smtpUrlEntry 'secrets' = {
    name: 'smtp-url'
    tags: tags
    properties: { value: smtpUrl, contentType: 'text/plain' }
  }

  // A secret cannot be empty.
  resource oauthAppsEntry 'secrets' = {
    name: 'oauth-apps'
    tags: tags
    properties: { value: empty(oauthApps) ? '{}' : oauthApps, contentType: 'application/json' }
  }

  // Written once: later deployments leave a key, its versions and its policy as they are.
  resource credentialsKey 'keys' = {
    name: 'credentials'
    tags: tags
    properties: {
      kty: 'RSA'
      keySize: 3072
      keyOps: ['wrapKey', 'unwrapKey']
      // No version ends by itself, because what an older one wrapped must still open.
      rotationPolicy: {
        lifetimeActions: [
          {
            trigger: { timeAfterCreate: 'P1Y' }
            action: { type: 'rotate' }
          }
        ]
      }
    }
  }
}

module endpoint 'private-endpoint.bicep' = if (reach.isPrivate) {
  params: {
    name: endpointName
    location: location
    tags: tags
    subnetId: reach.endpointSubnetId
    storeId: vault.id
    part: 'vault'
    zoneName: 'privatelink.vaultcore.azure.net'
  }
  // An endpoint is a change of the vault, which takes one change at a time.
  dependsOn: [
    vault::oidcClientSecretEntry
    vault::sessionKeyEntry
    vault::relationsKeyEntry
    vault::receiptKeyEntry
    vault::smtpUrlEntry
    vault::oauthAppsEntry
    vault::credentialsKey
  ]
}

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'workspace'
  scope: vault
  properties: {
    workspaceId: care.workspaceId
    logs: [
      {
        category: 'AuditEvent'
        enabled: true
      }
    ]
  }
}

resource lock 'Microsoft.Authorization/locks@2020-05-01' = if (care.isLocked) {
  name: 'keep'
  scope: vault
  properties: {
    level: 'CanNotDelete'
    notes: 'Nobody can sign in without these keys. Remove the lock only to end the service.'
  }
}

@description('Name of the vault.')
@minLength(3)
@maxLength(24)
output name string = vault.name

@description('Where the settings of the app refer to; a secret is `<uri>secrets/<name>`.')
output uri string = vault.properties.vaultUri

@description('The key that wraps credentials of clients\' systems, without a version.')
output credentialsKeyUrl string = 'https://${vault.name}${environment().suffixes.keyvaultDns}/keys/${vault::credentialsKey.name}'
