// Front Door: the only way in, with the firewall, the certificate and what may be cached.
import { Region } from '../types.bicep'

@description('Region of the stores behind the edge.')
param location Region

@description('Tags of every resource.')
param tags object

@description('Name of the profile.')
@minLength(1)
@maxLength(260)
param name string

@description('Name of the endpoint; a part that nobody can guess is added.')
param endpointName string

@description('The policy of the firewall.')
param firewallId string

@description('It answers nobody.')
param isShut bool

@description('The domain people see. Empty: the name that Azure gives to the endpoint.')
param domain string

@description('The managed rules of the firewall and uploads through a private link; several times the price.')
param isPremium bool

@description('The host name of the function app.')
param functionHost string

@description('The account that pictures are uploaded to.')
param media { id: string, host: string }

@description('The workspace that its logs go to.')
param workspaceId string

var hasDomain = !empty(domain)
var sku = isPremium ? 'Premium_AzureFrontDoor' : 'Standard_AzureFrontDoor'

resource profile 'Microsoft.Cdn/profiles@2025-12-01' = {
  name: name
  location: 'global'
  tags: tags
  sku: { name: sku }
  properties: {
    originResponseTimeoutSeconds: 60
    logScrubbing: {
      state: 'Enabled'
      scrubbingRules: [
        for variable in ['RequestIPAddress', 'RequestUri', 'QueryStringArgNames']: {
          matchVariable: variable
          selectorMatchOperator: 'EqualsAny'
          state: 'Enabled'
        }
      ]
    }
  }
}

resource endpoint 'Microsoft.Cdn/profiles/afdEndpoints@2025-12-01' = {
  parent: profile
  name: endpointName
  location: 'global'
  tags: tags
  properties: { enabledState: isShut ? 'Disabled' : 'Enabled' }
}

resource customDomain 'Microsoft.Cdn/profiles/customDomains@2025-12-01' = if (hasDomain) {
  parent: profile
  name: replace(hasDomain ? domain : 'none', '.', '-')
  properties: {
    hostName: domain
    tlsSettings: {
      certificateType: 'ManagedCertificate'
      minimumTlsVersion: 'TLS12'
    }
  }
}

// With one origin there is nothing to choose, and probes from every place of the edge would be paid as requests.
resource functionGroup 'Microsoft.Cdn/profiles/originGroups@2025-12-01' = {
  parent: profile
  name: 'functions'
  properties: {
    loadBalancingSettings: {
      sampleSize: 4
      successfulSamplesRequired: 2
      additionalLatencyInMilliseconds: 50
    }
    sessionAffinityState: 'Disabled'
  }

  resource origin 'origins' = {
    name: 'functions'
    properties: {
      hostName: functionHost
      originHostHeader: functionHost
      httpsPort: 443
      priority: 1
      weight: 1000
      enabledState: 'Enabled'
      enforceCertificateNameCheck: true
    }
  }
}

resource uploadGroup 'Microsoft.Cdn/profiles/originGroups@2025-12-01' = if (isPremium) {
  parent: profile
  name: 'uploads'
  properties: {
    loadBalancingSettings: {
      sampleSize: 4
      successfulSamplesRequired: 2
      additionalLatencyInMilliseconds: 50
    }
    sessionAffinityState: 'Disabled'
  }

  resource origin 'origins' = {
    name: 'uploads'
    properties: {
      hostName: media.host
      originHostHeader: media.host
      httpsPort: 443
      priority: 1
      weight: 1000
      enabledState: 'Enabled'
      enforceCertificateNameCheck: true
      sharedPrivateLinkResource: {
        privateLink: { id: media.id }
        privateLinkLocation: location
        groupId: 'blob'
        requestMessage: 'Uploads of pictures by signed URLs'
      }
    }
  }
}

resource rules 'Microsoft.Cdn/profiles/ruleSets@2025-12-01' = {
  parent: profile
  name: 'izwop'

  resource https 'rules' = {
    name: 'https'
    properties: {
      order: 1
      conditions: [
        {
          name: 'RequestScheme'
          parameters: {
            typeName: 'DeliveryRuleRequestSchemeConditionParameters'
            operator: 'Equal'
            matchValues: ['HTTP']
          }
        }
      ]
      // 308: a form that was sent stays a form that is sent.
      actions: [
        {
          name: 'UrlRedirect'
          parameters: {
            typeName: 'DeliveryRuleUrlRedirectActionParameters'
            redirectType: 'PermanentRedirect'
            destinationProtocol: 'Https'
          }
        }
      ]
      matchProcessingBehavior: 'Stop'
    }
  }

  resource strict 'rules' = {
    name: 'strict'
    properties: {
      order: 2
      actions: [
        {
          name: 'ModifyResponseHeader'
          parameters: {
            typeName: 'DeliveryRuleHeaderActionParameters'
            headerAction: 'Overwrite'
            headerName: 'Strict-Transport-Security'
            value: 'max-age=63072000; includeSubDomains'
          }
        }
      ]
    }
    dependsOn: [https]
  }

  // A picture of a card, asked for by nobody in particular: kept for the 5 seconds in which a change must be
  // seen everywhere, whatever the browser may keep. With a cookie or a token the answer is for one person.
  resource pictures 'rules' = {
    name: 'pictures'
    properties: {
      order: 3
      conditions: [
        {
          name: 'UrlPath'
          parameters: {
            typeName: 'DeliveryRuleUrlPathMatchConditionParameters'
            operator: 'BeginsWith'
            matchValues: ['c/']
          }
        }
        {
          name: 'UrlFileExtension'
          parameters: {
            typeName: 'DeliveryRuleUrlFileExtensionMatchConditionParameters'
            operator: 'Equal'
            matchValues: ['webp', 'jpg', 'png']
            transforms: ['Lowercase']
          }
        }
        {
          name: 'RequestHeader'
          parameters: {
            typeName: 'DeliveryRuleRequestHeaderConditionParameters'
            selector: 'Cookie'
            operator: 'Any'
            negateCondition: true
          }
        }
        {
          name: 'RequestHeader'
          parameters: {
            typeName: 'DeliveryRuleRequestHeaderConditionParameters'
            selector: 'Authorization'
            operator: 'Any'
            negateCondition: true
          }
        }
      ]
      actions: [
        {
          name: 'RouteConfigurationOverride'
          parameters: {
            typeName: 'DeliveryRuleRouteConfigurationOverrideActionParameters'
            cacheConfiguration: {
              queryStringCachingBehavior: 'UseQueryString'
              cacheBehavior: 'OverrideAlways'
              cacheDuration: '00:00:05'
              isCompressionEnabled: 'Disabled'
            }
          }
        }
      ]
    }
    dependsOn: [strict]
  }
}

// Nothing else is cached: cards differ by who asks and for which format, and visits are counted by the app.
resource everything 'Microsoft.Cdn/profiles/afdEndpoints/routes@2025-12-01' = {
  parent: endpoint
  name: 'everything'
  properties: {
    originGroup: { id: functionGroup.id }
    customDomains: hasDomain ? [{ id: customDomain.id }] : []
    ruleSets: [{ id: rules.id }]
    supportedProtocols: ['Http', 'Https']
    patternsToMatch: ['/*']
    forwardingProtocol: 'HttpsOnly'
    linkToDefaultDomain: hasDomain ? 'Disabled' : 'Enabled'
    // The rule set redirects with 308; this would answer first and turn sent forms into asked pages.
    #disable-next-line policy
    httpsRedirect: 'Disabled'
    enabledState: 'Enabled'
  }
  dependsOn: [
    functionGroup::origin
    rules::pictures
  ]
}

// Only this container can be reached, and only with a signature that the app gave for one new blob.
resource uploads 'Microsoft.Cdn/profiles/afdEndpoints/routes@2025-12-01' = if (isPremium) {
  parent: endpoint
  name: 'uploads'
  properties: {
    originGroup: { id: uploadGroup.id }
    customDomains: hasDomain ? [{ id: customDomain.id }] : []
    ruleSets: [{ id: rules.id }]
    supportedProtocols: ['Http', 'Https']
    patternsToMatch: ['/uploads/*']
    forwardingProtocol: 'HttpsOnly'
    linkToDefaultDomain: hasDomain ? 'Disabled' : 'Enabled'
    // The rule set redirects with 308; this would answer first and turn sent forms into asked pages.
    #disable-next-line policy
    httpsRedirect: 'Disabled'
    enabledState: 'Enabled'
  }
  dependsOn: [
    uploadGroup::origin
    rules::pictures
  ]
}

resource security 'Microsoft.Cdn/profiles/securityPolicies@2025-12-01' = {
  parent: profile
  name: 'firewall'
  properties: {
    parameters: {
      type: 'WebApplicationFirewall'
      wafPolicy: { id: firewallId }
      associations: [
        {
          domains: concat([{ id: endpoint.id }], hasDomain ? [{ id: customDomain.id }] : [])
          patternsToMatch: ['/*']
        }
      ]
    }
  }
  // One profile is changed once at a time, and the domains first get where they lead.
  dependsOn: [
    everything
    uploads
  ]
}

// What the firewall refused. Not who asked for what: the access log would name cards and their visitors.
resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'workspace'
  scope: profile
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'FrontDoorWebApplicationFirewallLog'
        enabled: true
      }
    ]
    metrics: [
      {
        category: 'AllMetrics'
        enabled: true
      }
    ]
  }
}

@description('Resource id of the profile.')
output id string = profile.id

@description('The edge as it names itself to the app.')
output frontDoorId string = profile.properties.frontDoorId

@description('The host name that Azure gives: where the CNAME of the domain points to.')
output endpointHost string = endpoint.properties.hostName

@description('The origin people see.')
output publicOrigin string = 'https://${hasDomain ? domain : endpoint.properties.hostName}'
