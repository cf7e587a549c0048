// What the modules say to each other. A value outside these types is refused before anything is created.

@export()
@description('Where iZwop may run: regions of the EU with zones, Flex Consumption and a paired region in the EU.')
type Region = 'swedencentral' | 'westeurope' | 'northeurope' | 'germanywestcentral' | 'francecentral'

@export()
@description('The environments there are.')
type EnvironmentName = 'dev' | 'staging' | 'prod'

@export()
@description('What a container or a queue may be called.')
@minLength(3)
@maxLength(63)
type StoreName = string

@export()
@description('How large the app may get.')
type Scale = {
  @description('Memory of one instance in MB; one core or two come with it.')
  memoryMb: 2048 | 4096

  @description('Requests that one instance serves at once. The default for Python is 1, which starts an instance for each.')
  @minValue(1)
  @maxValue(100)
  concurrency: int

  @description('The most instances of one group of functions: a bound on the bill, and on what a flood can cost.')
  @minValue(40)
  @maxValue(1000)
  mostInstances: int

  @description('Instances that always wait for requests; 0 saves their price and lets the first visitor wait.')
  @minValue(0)
  @maxValue(20)
  alwaysReady: int
}

@export()
@description('Where people sign in: a tenant of Entra External ID and the application registered there.')
type SignIn = {
  @description('Exactly the `iss` of its tokens.')
  issuer: string

  @description('The tenant of the people who use iZwop.')
  tenantId: string

  @description('The application that people sign in to.')
  clientId: string

  @description('The `aud` of access tokens for the API: with Entra the same as `clientId`.')
  apiAudience: string
}

@export()
@description('Who may deploy without a secret: a token of this issuer for this subject.')
type Federation = {
  @description('The name of the credential.')
  name: string

  @description('`https://token.actions.githubusercontent.com`, or the issuer of an Azure DevOps service connection.')
  issuer: string

  @description('For example `repo:OWNER/izwop:environment:prod`, or the `sc://` of a service connection.')
  subject: string
}

@export()
@description('A user-assigned identity as the modules pass it on.')
type Identity = {
  @description('The resource id.')
  id: string

  @description('What a client library names it by.')
  clientId: string

  @description('What a role is assigned to.')
  principalId: string
}

@export()
@description('How a store can be reached.')
type Reach = {
  @description('Through a private endpoint and in no other way; otherwise only from the subnet of the functions.')
  isPrivate: bool

  @description('The subnet of the private endpoints.')
  endpointSubnetId: string

  @description('The subnet that the functions send from.')
  functionSubnetId: string
}

@export()
@description('How a store is kept.')
type Care = {
  @description('Spread over the zones of the region.')
  isZoneRedundant: bool

  @description('Guard the store against being deleted.')
  isLocked: bool

  @description('The workspace that its diagnostic logs go to.')
  workspaceId: string
}

@export()
@description('A domain that mail comes from.')
type SenderDomain = {
  @description('The domain, for example `izwop.example`.')
  @minLength(1)
  @maxLength(253)
  name: string

  @description('Its records are in the DNS and verified; until then mail comes from the domain that Azure gives.')
  isVerified: bool
}

@export()
@description('The application of Entra whose secret is the password for SMTP.')
type SmtpApplication = {
  @description('Its application id.')
  applicationId: string

  @description('The object id of its service principal.')
  principalId: string
}
