// What operators see: logs, telemetry, the workbook. No addresses of people, nothing older than the notice says.
import { Region } from '../types.bicep'

@description('Region of the workspace.')
param location Region

@description('Tags of every resource.')
param tags object

@description('Name of the workspace.')
@minLength(4)
@maxLength(63)
param workspaceName string

@description('Name of the telemetry component.')
param componentName string

@description('Days for which logs are kept.')
param retentionDays 30 | 60 | 90

@description('The most gigabytes of logs taken in a day: a bound on the bill.')
@minValue(1)
param mostGigabytesADay int

resource workspace 'Microsoft.OperationalInsights/workspaces@2026-03-01' = {
  name: workspaceName
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: retentionDays
    features: {
      disableLocalAuth: true
      enableLogAccessUsingOnlyResourcePermissions: true
      // Otherwise the shortest time is 31 days.
      immediatePurgeDataOn30Days: retentionDays == 30
    }
    workspaceCapping: { dailyQuotaGb: mostGigabytesADay }
  }
}

resource component 'Microsoft.Insights/components@2020-02-02' = {
  name: componentName
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    IngestionMode: 'LogAnalytics'
    RetentionInDays: retentionDays
    DisableIpMasking: false
    DisableLocalAuth: true
  }
}

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(component.id, 'iZwop')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'iZwop'
    category: 'workbook'
    sourceId: component.id
    // Queue and firewall logs are in the workspace, not in the component that the workbook is shown with.
    serializedData: replace(loadTextContent('../workbook.json'), '<workspace>', workspace.id)
    version: '1.0'
  }
}

@description('Resource id of the workspace.')
output workspaceId string = workspace.id

@description('Resource id of the telemetry component.')
output componentId string = component.id

@description('Name of the telemetry component.')
output componentName string = component.name

@description('Where telemetry is sent; a key for it there is none.')
output connectionString string = component.properties.ConnectionString
