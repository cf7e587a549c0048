// One door into a store from the network, and the name that leads to it.
import { Region } from '../types.bicep'

@description('Name of the endpoint.')
param name string

@description('Region of the endpoint.')
param location Region

@description('Tags of every resource.')
param tags object

@description('The subnet of the endpoint.')
param subnetId string

@description('The store behind it.')
param storeId string

@description('The part of the store: `blob`, `queue`, `Sql`, `vault`.')
@allowed(['blob', 'queue', 'Sql', 'vault'])
param part string

@description('The private zone in which the name of the store is answered.')
param zoneName string

resource zone 'Microsoft.Network/privateDnsZones@2024-06-01' existing = {
  name: zoneName
}

resource endpoint 'Microsoft.Network/privateEndpoints@2025-09-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    subnet: { id: subnetId }
    customNetworkInterfaceName: '${name}-nic'
    privateLinkServiceConnections: [
      {
        name: name
        properties: {
          privateLinkServiceId: storeId
          groupIds: [part]
        }
      }
    ]
  }

  // Without it the name of the store would still lead to its public address.
  resource names 'privateDnsZoneGroups' = {
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [
        {
          name: part
          properties: { privateDnsZoneId: zone.id }
        }
      ]
    }
  }
}
