// For trying out: cheap, without private endpoints, thrown away at will.
using '../main.bicep'

param environmentName = 'dev'
// Given on the command line as well, which counts only for what stands here.
param location = 'swedencentral'
param budgetSince = ''
param domain = readEnvironmentVariable('IZWOP_DOMAIN', '')
param signIn = {
  issuer: readEnvironmentVariable('OIDC_ISSUER')
  tenantId: readEnvironmentVariable('OIDC_TENANT_ID')
  clientId: readEnvironmentVariable('OIDC_CLIENT_ID')
  apiAudience: readEnvironmentVariable('OIDC_API_AUDIENCE')
}
param oidcClientSecret = readEnvironmentVariable('OIDC_CLIENT_SECRET')
param sessionKey = readEnvironmentVariable('SESSION_KEY')
param relationsKey = readEnvironmentVariable('RELATIONS_KEY')
param receiptKey = readEnvironmentVariable('RECEIPT_KEY')
param smtpUrl = readEnvironmentVariable('SMTP_URL')
param oauthApps = readEnvironmentVariable('OAUTH_APPS', '')
param operatorEmail = readEnvironmentVariable('OPERATOR_EMAIL')
param watchedHandle = readEnvironmentVariable('WATCHED_HANDLE', '')
param mailFrom = readEnvironmentVariable('MAIL_FROM', '')
param senderDomain = json(readEnvironmentVariable('SENDER_DOMAIN', 'null'))
param smtpApplication = json(readEnvironmentVariable('SMTP_APPLICATION', 'null'))
param federations = json(readEnvironmentVariable('FEDERATIONS', '[]'))
param isAuditLocked = json(readEnvironmentVariable('AUDIT_LOCKED', 'false'))
param isEdgeShut = json(readEnvironmentVariable('EDGE_SHUT', 'false'))
param generation = int(readEnvironmentVariable('GENERATION', '1'))
param restoredDatabase = readEnvironmentVariable('RESTORED_DATABASE', '')
param isPrivate = false
param isZoneRedundant = false
param isLocked = false
param mostRequestUnits = 0
param scale = {
  memoryMb: 2048
  concurrency: 16
  mostInstances: 40
  alwaysReady: 0
}
param retentionDays = 30
param mostLogGigabytesADay = 1
param monthlyBudget = 100
