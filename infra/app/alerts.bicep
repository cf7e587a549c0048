// What wakes an operator. Each alert says what is wrong for people and where to look first.
import { Region } from '../types.bicep'

@description('Region of the alerts on logs.')
param location Region

@description('Tags of every resource.')
param tags object

@description('Name of the group of people who are told.')
param groupName string

@description('Name of the availability test.')
param testName string

@description('Who is told.')
param operatorEmail string

@description('The workspace with the logs.')
param workspaceId string

@description('The telemetry component.')
param componentId string

@description('The Cosmos account.')
param cosmosId string

@description('The database is serverless: there is no share of provisioned units to watch.')
param isServerless bool

@description('The profile of the edge.')
param edgeId string

@description('The page that is asked for from outside: a published card, or the front page until there is one.')
param watchedUrl string

@description('What a card request may take, in milliseconds, for 95 of 100.')
@minValue(100)
param slowestMilliseconds int = 800

// Log names on which alerts stand are kept by the app: `request_overdue`, `sync_failed`, `erasure_stuck`.
// A request is known by its function and by whether it raised: addresses and statuses are not collected.
var logAlerts = [
  {
    name: 'poison-queues'
    severity: 1
    title: 'Work was set aside after five tries'
    help: 'A message is in a poison queue. Read why in the failures of its function, then replay it.'
    query: 'StorageQueueLogs | where OperationName == "PutMessage" and Uri contains "-poison" and toint(StatusCode) < 300'
    threshold: 0
    frequency: 'PT5M'
    window: 'PT15M'
  }
  {
    name: 'overdue-requests'
    severity: 0
    title: 'A request for access or erasure is overdue'
    help: 'The law sets a deadline. Look at the requests in the workbook and finish the oldest by hand.'
    query: 'AppTraces | where Message startswith "request_overdue" or Message startswith "erasure_stuck"'
    threshold: 0
    frequency: 'PT15M'
    window: 'PT1H'
  }
  {
    name: 'failed-syncs'
    severity: 2
    title: 'Syncs with a client\'s CRM fail'
    help: 'More than ten failures in an hour. Look which connections; one client alone is told by the app.'
    query: 'AppTraces | where Message startswith "sync_failed"'
    threshold: 10
    frequency: 'PT15M'
    window: 'PT1H'
  }
  {
    name: 'failing-jobs'
    severity: 2
    title: 'Timers or queue functions fail'
    help: 'More than five runs without a request failed. What they left undone is in the workbook.'
    query: 'AppRequests | where Name in ("visits_fold", "images_make", "notifications_send_mail", "images_sweep", "operations_carry_out_order", "integrations_queue_due_syncs", "integrations_sync_source", "operations_do_work", "operations_tidy_up", "operations_upgrade_documents", "relationships_touch_due", "relationships_rotate_keys", "organisations_recheck_domains", "organisations_visits_sum") and Success == false'
    threshold: 5
    frequency: 'PT5M'
    window: 'PT15M'
  }
  {
    name: 'failed-work'
    severity: 2
    title: 'Long work was given up'
    help: 'Ten tries came to nothing. Read why in the traces of its slices; its owner can resume it for a week.'
    query: 'AppTraces | where Message startswith "work_failed"'
    threshold: 0
    frequency: 'PT15M'
    window: 'PT1H'
  }
  {
    name: 'slow-cards'
    severity: 2
    title: 'Cards are slow'
    help: '95 of 100 card requests should be faster. Look at Cosmos, at cold starts and at always-ready instances.'
    query: 'AppRequests | where Name == "cards_show" | summarize Slowest = percentile(DurationMs, 95), Asked = sum(ItemCount) | where Asked > 50 and Slowest > ${slowestMilliseconds}'
    threshold: 0
    frequency: 'PT5M'
    window: 'PT15M'
  }
  {
    name: 'lost-visits'
    severity: 3
    title: 'Visits are not counted'
    help: 'The queue of visits cannot be reached, or the disk of an instance takes none. Cards are shown; visits wait on the disk of their instance, and are lost with it.'
    query: 'AppTraces | where Message startswith "visits_not_sent" or Message startswith "visits_lost"'
    threshold: 20
    frequency: 'PT15M'
    window: 'PT1H'
  }
]

var cosmosAlerts = concat(
  [
    {
      name: 'cosmos-throttled'
      title: 'Cosmos DB refuses requests (429)'
      metric: 'TotalRequests'
      aggregation: 'Count'
      threshold: 100
      dimensions: [{ name: 'StatusCode', operator: 'Include', values: ['429'] }]
    }
  ],
  isServerless
    ? [
        {
          name: 'cosmos-units'
          title: 'Cosmos DB takes more units than anybody meant to pay for'
          metric: 'TotalRequestUnits'
          aggregation: 'Total'
          threshold: 500000
          dimensions: []
        }
      ]
    : [
        {
          name: 'cosmos-units'
          title: 'Cosmos DB is near the limit of its units'
          metric: 'NormalizedRUConsumption'
          aggregation: 'Maximum'
          threshold: 90
          dimensions: []
        }
      ]
)

resource operators 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: groupName
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'izwop'
    enabled: true
    emailReceivers: [
      {
        name: 'operators'
        emailAddress: operatorEmail
        useCommonAlertSchema: true
      }
    ]
  }
}

resource onLogs 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = [
  for alert in logAlerts: {
    name: alert.name
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: alert.title
      description: alert.help
      enabled: true
      severity: alert.severity
      scopes: [workspaceId]
      evaluationFrequency: alert.frequency
      windowSize: alert.window
      autoMitigate: true
      // A table has no columns before its first row.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: alert.query
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: alert.threshold
            failingPeriods: {
              numberOfEvaluationPeriods: 1
              minFailingPeriodsToAlert: 1
            }
          }
        ]
      }
      actions: { actionGroups: [operators.id] }
    }
  }
]

resource onCosmos 'Microsoft.Insights/metricAlerts@2026-01-01' = [
  for alert in cosmosAlerts: {
    name: alert.name
    location: 'global'
    tags: tags
    properties: {
      description: alert.title
      enabled: true
      severity: 2
      scopes: [cosmosId]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT15M'
      autoMitigate: true
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.MultipleResourceMultipleMetricCriteria'
        allOf: [
          {
            name: alert.name
            criterionType: 'StaticThresholdCriterion'
            metricNamespace: 'Microsoft.DocumentDB/databaseAccounts'
            metricName: alert.metric
            dimensions: alert.dimensions
            timeAggregation: alert.aggregation
            operator: 'GreaterThan'
            threshold: alert.threshold
          }
        ]
      }
      actions: [{ actionGroupId: operators.id }]
    }
  }
]

resource onErrors 'Microsoft.Insights/metricAlerts@2026-01-01' = {
  name: 'server-errors'
  location: 'global'
  tags: tags
  properties: {
    description: 'More than 1 of 100 requests is answered with 5xx. Look at the exceptions of the last quarter of an hour.'
    enabled: true
    severity: 1
    scopes: [edgeId]
    evaluationFrequency: 'PT1M'
    windowSize: 'PT5M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.MultipleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'server-errors'
          criterionType: 'StaticThresholdCriterion'
          metricNamespace: 'Microsoft.Cdn/profiles'
          metricName: 'Percentage5XX'
          timeAggregation: 'Average'
          operator: 'GreaterThan'
          threshold: 1
        }
      ]
    }
    actions: [{ actionGroupId: operators.id }]
  }
}

// Asked for from five places in Europe, each every five minutes.
resource availability 'Microsoft.Insights/webtests@2022-06-15' = {
  name: testName
  location: location
  // The portal shows a test with the component that this tag names.
  tags: union(tags, { 'hidden-link:${componentId}': 'Resource' })
  kind: 'standard'
  properties: {
    SyntheticMonitorId: testName
    Name: testName
    Enabled: true
    Kind: 'standard'
    Frequency: 300
    Timeout: 30
    RetryEnabled: true
    Locations: [
      for place in ['emea-nl-ams-azr', 'emea-se-sto-edge', 'emea-gb-db3-azr', 'emea-fr-pra-edge', 'emea-ch-zrh-edge']: {
        Id: place
      }
    ]
    Request: {
      RequestUrl: watchedUrl
      HttpVerb: 'GET'
      FollowRedirects: false
      ParseDependentRequests: false
    }
    ValidationRules: {
      ExpectedHttpStatusCode: 200
      SSLCheck: true
      SSLCertRemainingLifetimeCheck: 14
    }
  }
}

resource onAbsence 'Microsoft.Insights/metricAlerts@2026-01-01' = {
  name: 'unreachable'
  location: 'global'
  tags: tags
  properties: {
    description: 'A card cannot be reached from two places or more. Look at the edge first, then at the app.'
    enabled: true
    severity: 0
    scopes: [availability.id, componentId]
    evaluationFrequency: 'PT1M'
    windowSize: 'PT5M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.WebtestLocationAvailabilityCriteria'
      webTestId: availability.id
      componentId: componentId
      failedLocationCount: 2
    }
    actions: [{ actionGroupId: operators.id }]
  }
}

@description('Resource id of the group of people who are told.')
output groupId string = operators.id
