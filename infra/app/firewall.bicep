// What the edge refuses before the app is asked: known attacks, floods, and anything at uploads but a new picture.

@description('Tags of every resource.')
param tags object

@description('Name of the policy: letters and digits.')
@minLength(1)
@maxLength(128)
param name string

@description('The managed rules; they need the dearer edge.')
param isPremium bool

@description('The most requests that one address may send in a minute.')
@minValue(100)
param mostRequestsAMinute int = 1200

@description('The most requests that one address may send in a minute as a directory. All clients of one have the same few addresses, and each may send 25 a second.')
@minValue(1500)
param mostDirectoryRequestsAMinute int = 12000

// The path, and not what is asked for: a query with these words is limited as everything else is.
var ofDirectories = {
  matchVariable: 'RequestUri'
  operator: 'RegEx'
  matchValue: ['^https?://[^/?#]+/scim/v2/']
  transforms: ['Lowercase']
}

// However the address is written: the store understands all ways.
var atUploads = {
  matchVariable: 'RequestUri'
  operator: 'Contains'
  matchValue: ['/uploads/']
  transforms: ['UrlDecode', 'Lowercase']
}

resource firewall 'Microsoft.Network/FrontDoorWebApplicationFirewallPolicies@2025-11-01' = {
  name: name
  location: 'global'
  tags: tags
  sku: { name: isPremium ? 'Premium_AzureFrontDoor' : 'Standard_AzureFrontDoor' }
  properties: {
    policySettings: {
      enabledState: 'Enabled'
      mode: 'Prevention'
      requestBodyCheck: 'Enabled'
      // What a rule found is logged; whose address, which card and what was typed is not.
      logScrubbing: {
        state: 'Enabled'
        scrubbingRules: [
          for variable in [
            'RequestIPAddress'
            'RequestUri'
            'QueryStringArgNames'
            'RequestHeaderNames'
            'RequestCookieNames'
            'RequestBodyPostArgNames'
            'RequestBodyJsonArgNames'
          ]: {
            matchVariable: variable
            selectorMatchOperator: 'EqualsAny'
            state: 'Enabled'
          }
        ]
      }
    }
    customRules: {
      rules: [
        {
          name: 'UploadsOnlyPut'
          priority: 10
          enabledState: 'Enabled'
          ruleType: 'MatchRule'
          action: 'Block'
          matchConditions: [
            atUploads
            {
              matchVariable: 'RequestMethod'
              operator: 'Equal'
              negateCondition: true
              matchValue: ['PUT']
            }
          ]
        }
        // The signature of an upload also lets snapshots be taken and other kinds of blobs be made.
        {
          name: 'UploadsOnlyWhole'
          priority: 11
          enabledState: 'Enabled'
          ruleType: 'MatchRule'
          action: 'Block'
          matchConditions: [
            atUploads
            {
              matchVariable: 'QueryString'
              operator: 'RegEx'
              matchValue: ['(^|[?&])comp=']
              transforms: ['UrlDecode', 'Lowercase']
            }
          ]
        }
        {
          name: 'UploadsOnlyBlockBlobs'
          priority: 12
          enabledState: 'Enabled'
          ruleType: 'MatchRule'
          action: 'Block'
          matchConditions: [
            atUploads
            {
              matchVariable: 'RequestHeader'
              selector: 'x-ms-blob-type'
              operator: 'Equal'
              negateCondition: true
              matchValue: ['BlockBlob']
            }
          ]
        }
        {
          name: 'SignInRate'
          priority: 20
          enabledState: 'Enabled'
          ruleType: 'RateLimitRule'
          rateLimitDurationInMinutes: 1
          rateLimitThreshold: 60
          action: 'Block'
          matchConditions: [
            {
              matchVariable: 'RequestUri'
              operator: 'Contains'
              matchValue: ['/auth/']
            }
          ]
        }
        // Each is drawn anew in the colours and the size that are asked for.
        {
          name: 'CodeRate'
          priority: 21
          enabledState: 'Enabled'
          ruleType: 'RateLimitRule'
          rateLimitDurationInMinutes: 1
          rateLimitThreshold: 120
          action: 'Block'
          matchConditions: [
            {
              matchVariable: 'RequestUri'
              operator: 'Contains'
              matchValue: ['.qr.']
            }
          ]
        }
        {
          name: 'DirectoryRate'
          priority: 22
          enabledState: 'Enabled'
          ruleType: 'RateLimitRule'
          rateLimitDurationInMinutes: 1
          rateLimitThreshold: mostDirectoryRequestsAMinute
          action: 'Block'
          matchConditions: [ofDirectories]
        }
        {
          name: 'Rate'
          priority: 30
          enabledState: 'Enabled'
          ruleType: 'RateLimitRule'
          rateLimitDurationInMinutes: 1
          rateLimitThreshold: mostRequestsAMinute
          action: 'Block'
          matchConditions: [
            {
              matchVariable: 'RequestUri'
              operator: 'Contains'
              matchValue: ['/']
            }
            union(ofDirectories, { negateCondition: true })
          ]
        }
        // Filters and names of directories look like attacks to the managed rules. Behind this door is a token.
        {
          name: 'Directories'
          priority: 40
          enabledState: 'Enabled'
          ruleType: 'MatchRule'
          action: 'Allow'
          matchConditions: [ofDirectories]
        }
      ]
    }
    managedRules: {
      managedRuleSets: isPremium
        ? [
            {
              ruleSetType: 'Microsoft_DefaultRuleSet'
              ruleSetVersion: '2.1'
              ruleSetAction: 'Block'
            }
            {
              ruleSetType: 'Microsoft_BotManagerRuleSet'
              ruleSetVersion: '1.1'
            }
          ]
        : []
    }
  }
}

@description('Resource id of the policy.')
output id string = firewall.id
