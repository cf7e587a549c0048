// The network that functions send from and stores are reached in.
import { Region, Reach } from '../types.bicep'

@description('Region of the network.')
param location Region

@description('Tags of every resource.')
param tags object

@description('Name of the network.')
param name string

@description('Stores are reached through private endpoints.')
param isPrivate bool

// For the cheap variant: a store then answers to this subnet and to nobody else.
var serviceEndpoints = isPrivate ? [] : ['Microsoft.AzureCosmosDB', 'Microsoft.KeyVault', 'Microsoft.Storage']

var zoneNames = isPrivate
  ? [
      'privatelink.blob.${environment().suffixes.storage}'
      'privatelink.queue.${environment().suffixes.storage}'
      'privatelink.documents.azure.com'
      'privatelink.vaultcore.azure.net'
    ]
  : []

// Nothing is listening in here: what comes in comes from the network itself.
resource guard 'Microsoft.Network/networkSecurityGroups@2025-09-01' = {
  name: 'nsg-${name}'
  location: location
  tags: tags
  properties: {
    securityRules: [
      {
        name: 'deny-internet'
        properties: {
          priority: 4000
          direction: 'Inbound'
          access: 'Deny'
          protocol: '*'
          sourceAddressPrefix: 'Internet'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
    ]
  }
}

resource network 'Microsoft.Network/virtualNetworks@2025-09-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: ['10.40.0.0/22'] }
    subnets: [
      {
        name: 'functions'
        properties: {
          addressPrefix: '10.40.0.0/23'
          networkSecurityGroup: { id: guard.id }
          // The delegation that Flex Consumption wants; other plans want another.
          delegations: [
            {
              name: 'functions'
              properties: { serviceName: 'Microsoft.App/environments' }
            }
          ]
          serviceEndpoints: map(serviceEndpoints, service => { service: service })
          // Mail, sign-in and telemetry are on the Internet. New networks have no way there unless they say so.
          defaultOutboundAccess: true
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: '10.40.2.0/25'
          networkSecurityGroup: { id: guard.id }
          // Which addresses Flex Consumption sends from is promised nowhere: roles decide who is let in.
          privateEndpointNetworkPolicies: 'Disabled'
        }
      }
    ]
  }

  resource functions 'subnets' existing = { name: 'functions' }

  resource endpoints 'subnets' existing = { name: 'endpoints' }
}

resource zones 'Microsoft.Network/privateDnsZones@2024-06-01' = [
  for zoneName in zoneNames: {
    name: zoneName
    location: 'global'
    tags: tags
  }
]

resource links 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for (zoneName, index) in zoneNames: {
    parent: zones[index]
    name: name
    location: 'global'
    tags: tags
    properties: {
      registrationEnabled: false
      virtualNetwork: { id: network.id }
    }
  }
]

@description('How stores are reached in this network.')
output reach Reach = {
  isPrivate: isPrivate
  endpointSubnetId: network::endpoints.id
  functionSubnetId: network::functions.id
}
