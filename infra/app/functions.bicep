// The function app on Flex Consumption, and every setting it reads.
import { Region, Identity, Scale, SignIn } from '../types.bicep'

@description('Region of the app.')
param location Region

@description('Tags of every resource.')
param tags object

@description('Name of the app.')
param name string

@description('Name of its plan.')
param planName string

@description('How large the app may get.')
param scale Scale

@description('Spread over the zones of the region.')
param isZoneRedundant bool

@description('The subnet that the functions send from.')
param subnetId string

@description('The identity that runs the host.')
param host Identity

@description('The identity for data of which iZwop is the controller.')
param controller Identity

@description('The identity for data of clients.')
param processor Identity

@description('The origin people see.')
param publicOrigin string

@description('The card that the home page shows as an example; empty: none.')
param exampleHandle string

@description('Where browsers reach uploads when the store is private; empty when they reach the store itself.')
param uploadOrigin string

@description('The only edge whose requests are answered.')
param frontDoorId string

@description('Where the database is.')
param cosmosEndpoint string

@description('The database.')
param cosmosDatabase string

@description('Where the host keeps its locks and keys.')
param hostBlobUri string

@description('Where the pictures are.')
param mediaBlobUri string

@description('Where the queues are.')
param queueUri string

@description('The container that packages are deployed from.')
param packagesUri string

@description('Where the secrets are.')
param vaultUri string

@description('The key that wraps credentials of clients\' systems.')
param credentialsKeyUrl string

@description('Where people sign in.')
param signIn SignIn

@description('The sender of our mail.')
param mailFrom string

@description('Where telemetry is sent.')
param telemetry string

@description('The principal of the pipeline.')
param publisherId string

var websiteContributor = 'de139f84-1756-47ae-9be6-808fbbe84772'

var settings = {
  APPLICATIONINSIGHTS_CONNECTION_STRING: telemetry
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${host.clientId};Authorization=AAD'
  // The identity that the client libraries choose when nobody names one.
  AZURE_CLIENT_ID: controller.clientId
  PROCESSOR_CLIENT_ID: processor.clientId
  AzureWebJobsDisableHomepage: 'true'
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: host.clientId
  AzureWebJobsStorage__blobServiceUri: hostBlobUri
  AzureWebJobsStorage__queueServiceUri: queueUri
  MEDIA_BLOB_SERVICE_URI: mediaBlobUri
  PUBLIC_ORIGIN: publicOrigin
  CONTROLLER_NAME: 'iZwop'
  CONTACT_EMAIL: 'privacy@izwop.com'
  EXAMPLE_HANDLE: exampleHandle
  UPLOAD_ORIGIN: uploadOrigin
  COSMOS_ENDPOINT: cosmosEndpoint
  COSMOS_DATABASE: cosmosDatabase
  OIDC_ISSUER: signIn.issuer
  OIDC_TENANT_ID: signIn.tenantId
  OIDC_CLIENT_ID: signIn.clientId
  OIDC_CLIENT_SECRET: '@Microsoft.KeyVault(SecretUri=${vaultUri}secrets/oidc-client-secret)'
  OIDC_API_AUDIENCE: signIn.apiAudience
  SESSION_KEY: '@Microsoft.KeyVault(SecretUri=${vaultUri}secrets/session-key)'
  RELATIONS_KEY: '@Microsoft.KeyVault(SecretUri=${vaultUri}secrets/relations-key)'
  RECEIPT_KEY: '@Microsoft.KeyVault(SecretUri=${vaultUri}secrets/receipt-key)'
  CREDENTIALS_KEY_URL: credentialsKeyUrl
  SESSION_IDLE_HOURS: '2'
  SESSION_HOURS: '12'
  KEPT_SESSION_IDLE_DAYS: '14'
  KEPT_SESSION_DAYS: '30'
  FRESH_SIGN_IN_MINUTES: '15'
  SMTP_URL: '@Microsoft.KeyVault(SecretUri=${vaultUri}secrets/smtp-url)'
  MAIL_FROM: mailFrom
  OAUTH_APPS: '@Microsoft.KeyVault(SecretUri=${vaultUri}secrets/oauth-apps)'
}

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
    zoneRedundant: isZoneRedundant
  }
}

resource app 'Microsoft.Web/sites@2025-03-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': 'api' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${host.id}': {}
      '${controller.id}': {}
      '${processor.id}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    clientAffinityEnabled: false
    publicNetworkAccess: 'Enabled'
    virtualNetworkSubnetId: subnetId
    keyVaultReferenceIdentity: host.id
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: packagesUri
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: host.id
          }
        }
      }
      runtime: {
        name: 'python'
        version: '3.13'
      }
      scaleAndConcurrency: {
        instanceMemoryMB: scale.memoryMb
        maximumInstanceCount: scale.mostInstances
        alwaysReady: scale.alwaysReady == 0
          ? []
          : [
              {
                name: 'http'
                instanceCount: scale.alwaysReady
              }
            ]
        triggers: { http: { perInstanceConcurrency: scale.concurrency } }
      }
    }
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      http20Enabled: true
      healthCheckPath: '/health'
      // Only our edge: the client's address that it passes on is then true, and its firewall cannot be walked around.
      ipSecurityRestrictionsDefaultAction: 'Deny'
      ipSecurityRestrictions: [
        {
          name: 'edge'
          priority: 100
          action: 'Allow'
          tag: 'ServiceTag'
          ipAddress: 'AzureFrontDoor.Backend'
          headers: { 'x-azure-fdid': [frontDoorId] }
        }
      ]
      // Packages come from pipelines anywhere, with a token of the publisher.
      scmIpSecurityRestrictionsUseMain: false
      scmIpSecurityRestrictionsDefaultAction: 'Allow'
    }
  }

  resource appSettings 'config' = {
    name: 'appsettings'
    properties: settings
  }

  resource noFtpPassword 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource noScmPassword 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }
}

// The pipeline may publish a package and restart the app, and nothing else here.
resource publishing 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(app.id, publisherId, websiteContributor)
  scope: app
  properties: {
    principalId: publisherId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', websiteContributor)
  }
}

@description('Name of the app.')
output name string = app.name

@description('Resource id of the app.')
output id string = app.id
