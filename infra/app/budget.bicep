// Tells before the bill does. It stops nothing: what bounds the bill is in the limits of the app and the database.

@description('Name of the budget.')
param name string

@description('What a month may cost, in the currency of the subscription.')
@minValue(1)
param amount int

@description('Who is told.')
param operatorEmail string

@description('The group of people who are told.')
param groupId string

@description('The first day that counts: the first of a month.')
param startDate string = '${utcNow('yyyy-MM')}-01T00:00:00Z'

var steps = [
  { name: 'half', type: 'Actual', percent: 50 }
  { name: 'nearly', type: 'Actual', percent: 90 }
  { name: 'soon', type: 'Forecasted', percent: 110 }
]

resource budget 'Microsoft.Consumption/budgets@2026-06-01' = {
  name: name
  properties: {
    category: 'Cost'
    amount: amount
    timeGrain: 'Monthly'
    timePeriod: { startDate: startDate }
    notifications: toObject(steps, step => step.name, step => {
      enabled: true
      operator: 'GreaterThan'
      thresholdType: step.type
      threshold: step.percent
      contactEmails: [operatorEmail]
      contactGroups: [groupId]
    })
  }
}
