// Communication Services: takes our mail over SMTP and keeps it in Europe.
import { SenderDomain, SmtpApplication } from '../types.bicep'

@description('Tags of every resource.')
param tags object

@description('Name of the service that takes mail.')
@minLength(1)
@maxLength(63)
param name string

@description('Name of the service that owns the domains.')
@minLength(1)
@maxLength(63)
param domainsName string

@description('The domain that mail comes from. Absent: one that Azure gives, for at most a few mails an hour.')
param senderDomain SenderDomain?

@description('The application of Entra that signs in over SMTP. Absent: mail is sent by another server.')
param smtpApplication SmtpApplication?

var communicationAndEmailServiceOwner = '09976791-48a7-449e-bb21-39d1a415f350'

resource domains 'Microsoft.Communication/emailServices@2026-03-18' = {
  name: domainsName
  location: 'global'
  tags: tags
  properties: { dataLocation: 'Europe' }

  resource given 'domains' = {
    name: 'AzureManagedDomain'
    location: 'global'
    tags: tags
    properties: {
      domainManagement: 'AzureManaged'
      userEngagementTracking: 'Disabled'
    }
  }
}

resource own 'Microsoft.Communication/emailServices/domains@2026-03-18' = if (senderDomain != null) {
  parent: domains
  name: senderDomain.?name ?? 'none'
  location: 'global'
  tags: tags
  properties: {
    domainManagement: 'CustomerManaged'
    // Nobody is watched opening a mail.
    userEngagementTracking: 'Disabled'
  }

  resource sender 'senderUsernames' = if (senderDomain.?isVerified ?? false) {
    name: 'hello'
    properties: {
      username: 'hello'
      displayName: 'iZwop'
    }
  }
}

resource service 'Microsoft.Communication/communicationServices@2026-03-18' = {
  name: name
  location: 'global'
  tags: tags
  properties: {
    dataLocation: 'Europe'
    disableLocalAuth: true
    // A domain can only be linked once its records are verified.
    linkedDomains: senderDomain.?isVerified ?? false ? [own.id] : [domains::given.id]
  }

  resource smtpUser 'smtpUsernames' = if (smtpApplication != null) {
    name: 'izwop'
    properties: {
      username: 'izwop'
      entraApplicationId: smtpApplication.?applicationId ?? ''
      tenantId: tenant().tenantId
    }
  }
}

resource sending 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (smtpApplication != null) {
  name: guid(service.id, smtpApplication.?principalId ?? '', communicationAndEmailServiceOwner)
  scope: service
  properties: {
    principalId: smtpApplication.?principalId ?? ''
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      communicationAndEmailServiceOwner
    )
  }
}

@description('The sender of our mail.')
output mailFrom string = senderDomain.?isVerified ?? false
  ? 'iZwop <hello@${senderDomain.?name}>'
  : 'iZwop <DoNotReply@${domains::given.properties.mailFromSenderDomain}>'
