// iZwop in one resource group: `az deployment sub create` makes everything there is.
targetScope = 'subscription'

import { EnvironmentName, Federation, Region, Scale, SenderDomain, SignIn, SmtpApplication } from 'types.bicep'

@description('Which environment this is.')
param environmentName EnvironmentName

@description('Where people\'s data is. Nothing with content of theirs is stored anywhere else.')
param location Region = 'swedencentral'

@description('The domain people see. Empty: the name that Azure gives to the edge.')
param domain string = ''

@description('Where people sign in.')
param signIn SignIn

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

@description('The domain that mail comes from. Absent: one that Azure gives, for at most a few mails an hour.')
param senderDomain SenderDomain?

@description('The application of Entra that signs in over SMTP. Absent: mail is sent by another server.')
param smtpApplication SmtpApplication?

@description('The sender of our mail where another server takes it. Empty: a sender of the domain that takes it here.')
param mailFrom string = ''

@description('Who may deploy by a federated token. Empty: nobody but people.')
param federations Federation[] = []

@description('Stores are reached through private endpoints only, and the firewall has managed rules. Off: cheaper, with the risk that infra/README.md states.')
param isPrivate bool

@description('Data and app are spread over the zones of the region.')
param isZoneRedundant bool

@description('Guard the stores against being deleted.')
param isLocked bool

@description('The most request units a second of the database, in thousands; 0 means serverless.')
@minValue(0)
@maxValue(1000000)
param mostRequestUnits int

@description('How large the app may get.')
param scale Scale

@description('Days for which logs are kept: as many as the telemetry component takes.')
param retentionDays 30 | 60 | 90 = 30

@description('The most gigabytes of logs taken in a day.')
@minValue(1)
param mostLogGigabytesADay int

@description('Days for which no audit record can be changed or deleted.')
@minValue(30)
@maxValue(1095)
param auditDays int = 730

@description('An operator has locked the policy of the audit records: Azure then refuses to be told of it again.')
param isAuditLocked bool = false

@description('The edge answers nobody: while a restored database still shows what people had taken back.')
param isEdgeShut bool = false

@description('Who is told by alerts and by the budget.')
@minLength(6)
param operatorEmail string

@description('What a month may cost, in the currency of the subscription.')
@minValue(1)
param monthlyBudget int

@description('The first day of the budget there is, which cannot be changed. Empty: there is none yet.')
param budgetSince string = ''

@description('The card that the availability test asks for and the home page shows as an example. Empty: the front page is asked for, until there is a card.')
param watchedHandle string = ''

@description('Raise it to make a deleted environment anew: a vault that cannot be purged keeps its name for days.')
@minValue(1)
param generation int = 1

@description('The Cosmos account that a restore made, which takes the place of the first. Empty: the first.')
@maxLength(44)
param restoredDatabase string = ''

var abbreviations = loadJsonContent('abbreviations.json')
var token = toLower(uniqueString(subscription().id, environmentName, location, string(generation)))
var suffix = 'izwop-${environmentName}-${token}'
// azd finds what it deployed by the first of these.
var tags = {
  'azd-env-name': environmentName
  application: 'izwop'
  environment: environmentName
  data: 'personal'
}
var databaseAccount = empty(restoredDatabase) ? '${abbreviations.cosmosAccount}${suffix}' : restoredDatabase
// Known before the app is there, so that the app can be told which edge to answer.
var functionAppName = '${abbreviations.functionApp}${suffix}'

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: '${abbreviations.resourceGroup}izwop-${environmentName}'
  location: location
  tags: tags
}

module identities 'app/identities.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    prefix: abbreviations.identity
    suffix: suffix
    federations: federations
  }
}

module observability 'app/observability.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    workspaceName: '${abbreviations.logAnalytics}${suffix}'
    componentName: '${abbreviations.applicationInsights}${suffix}'
    retentionDays: retentionDays
    mostGigabytesADay: mostLogGigabytesADay
  }
}

module network 'app/network.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    name: '${abbreviations.virtualNetwork}${suffix}'
    isPrivate: isPrivate
  }
}

module data 'app/data.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    name: databaseAccount
    // One of its own, because an endpoint cannot be led elsewhere.
    endpointName: '${abbreviations.privateEndpoint}${empty(restoredDatabase) ? 'cosmos-${suffix}' : restoredDatabase}'
    reach: network.outputs.reach
    care: {
      isZoneRedundant: isZoneRedundant
      isLocked: isLocked
      workspaceId: observability.outputs.workspaceId
    }
    mostRequestUnits: mostRequestUnits
  }
}

module storage 'app/storage.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    prefix: abbreviations.storageAccount
    suffix: token
    endpointPrefix: '${abbreviations.privateEndpoint}izwop-${environmentName}-'
    reach: network.outputs.reach
    care: {
      isZoneRedundant: isZoneRedundant
      isLocked: isLocked
      workspaceId: observability.outputs.workspaceId
    }
    auditDays: auditDays
    isAuditLocked: isAuditLocked
  }
}

module secrets 'app/secrets.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    name: '${abbreviations.keyVault}izwop-${token}'
    endpointName: '${abbreviations.privateEndpoint}vault-${suffix}'
    reach: network.outputs.reach
    care: {
      isZoneRedundant: isZoneRedundant
      isLocked: isLocked
      workspaceId: observability.outputs.workspaceId
    }
    oidcClientSecret: oidcClientSecret
    sessionKey: sessionKey
    relationsKey: relationsKey
    receiptKey: receiptKey
    smtpUrl: smtpUrl
    oauthApps: oauthApps
  }
}

module access 'app/access.bicep' = {
  scope: group
  params: {
    host: identities.outputs.host
    controller: identities.outputs.controller
    processor: identities.outputs.processor
    cosmosName: data.outputs.name
    databaseName: data.outputs.databaseName
    applicationName: storage.outputs.applicationName
    mediaName: storage.outputs.mediaName
    deploymentName: storage.outputs.deploymentName
    saltName: storage.outputs.saltName
    auditName: storage.outputs.auditName
    vaultName: secrets.outputs.name
    componentName: observability.outputs.componentName
  }
}

module firewall 'app/firewall.bicep' = {
  scope: group
  params: {
    tags: tags
    name: '${abbreviations.wafPolicy}izwop${environmentName}'
    isPremium: isPrivate
  }
}

module edge 'app/edge.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    name: '${abbreviations.frontDoorProfile}${suffix}'
    endpointName: '${abbreviations.frontDoorEndpoint}izwop-${environmentName}'
    firewallId: firewall.outputs.id
    isShut: isEdgeShut
    domain: domain
    isPremium: isPrivate
    functionHost: '${functionAppName}.azurewebsites.net'
    media: {
      id: storage.outputs.mediaId
      host: '${storage.outputs.mediaName}.blob.${environment().suffixes.storage}'
    }
    workspaceId: observability.outputs.workspaceId
  }
}

module email 'app/email.bicep' = {
  scope: group
  params: {
    tags: tags
    name: '${abbreviations.communicationService}${suffix}'
    domainsName: '${abbreviations.emailService}${suffix}'
    senderDomain: senderDomain
    smtpApplication: smtpApplication
  }
}

module functions 'app/functions.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    name: functionAppName
    planName: '${abbreviations.functionPlan}${suffix}'
    scale: scale
    isZoneRedundant: isZoneRedundant
    subnetId: network.outputs.reach.functionSubnetId
    host: identities.outputs.host
    controller: identities.outputs.controller
    processor: identities.outputs.processor
    publisherId: identities.outputs.publisher.principalId
    publicOrigin: edge.outputs.publicOrigin
    exampleHandle: watchedHandle
    uploadOrigin: isPrivate ? edge.outputs.publicOrigin : ''
    frontDoorId: edge.outputs.frontDoorId
    cosmosEndpoint: data.outputs.endpoint
    cosmosDatabase: data.outputs.databaseName
    hostBlobUri: storage.outputs.hostBlobUri
    mediaBlobUri: storage.outputs.mediaUri
    queueUri: storage.outputs.queueUri
    packagesUri: storage.outputs.packagesUri
    vaultUri: secrets.outputs.uri
    credentialsKeyUrl: secrets.outputs.credentialsKeyUrl
    signIn: signIn
    mailFrom: empty(mailFrom) ? email.outputs.mailFrom : mailFrom
    telemetry: observability.outputs.connectionString
  }
  // A reference to a secret that may not be read yet stays unread for a day.
  dependsOn: [access]
}

module alerts 'app/alerts.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    groupName: '${abbreviations.actionGroup}${suffix}'
    testName: '${abbreviations.webTest}${suffix}'
    operatorEmail: operatorEmail
    workspaceId: observability.outputs.workspaceId
    componentId: observability.outputs.componentId
    cosmosId: data.outputs.id
    isServerless: mostRequestUnits == 0
    edgeId: edge.outputs.id
    watchedUrl: '${edge.outputs.publicOrigin}/${empty(watchedHandle) ? '' : 'c/${watchedHandle}'}'
  }
}

module budget 'app/budget.bicep' = {
  scope: group
  params: {
    name: '${abbreviations.budget}izwop-${environmentName}'
    amount: monthlyBudget
    since: budgetSince
    operatorEmail: operatorEmail
    groupId: alerts.outputs.groupId
  }
}

@description('The region.')
output AZURE_LOCATION string = location

@description('The tenant of the subscription.')
output AZURE_TENANT_ID string = tenant().tenantId

@description('The resource group.')
output AZURE_RESOURCE_GROUP string = group.name

@description('The function app.')
output AZURE_FUNCTION_NAME string = functions.outputs.name

@description('Where packages are published to, with the sign-in of who may.')
output PUBLISH_ORIGIN string = 'https://${functionAppName}.scm.azurewebsites.net'

@description('The identity that the pipeline signs in as.')
output AZURE_PUBLISHER_CLIENT_ID string = identities.outputs.publisher.clientId

@description('The origin people see.')
output PUBLIC_ORIGIN string = edge.outputs.publicOrigin

@description('Where the CNAME of the domain points to.')
output EDGE_HOST string = edge.outputs.endpointHost

@description('The address that the application in Entra sends people back to.')
output SIGN_IN_REDIRECT string = '${edge.outputs.publicOrigin}/auth/callback'

@description('The first day of the budget, to be given back with the next deployment.')
output BUDGET_SINCE string = budget.outputs.since
