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

@description('The first day of the budget there is. Empty: there is none, and it begins this month.')
param since string

@description('The month of the deployment.')
param month string = utcNow('yyyy-MM')

var steps = [
  { name: 'half', type: 'Actual', percent: 50 }
  { name: 'nearly', type: 'Actual', percent: 90 }
  { name: 'soon', type: 'Forecasted', percent: 110 }
]

// Azure takes no new budget that began before this month, and lets nobody change when one began.
var start = empty(since) ? '${month}-01T00:00:00Z' : since

resource budget 'Microsoft.Consumption/budgets@2026-06-01' = {
  name: name
  properties: {
    category: 'Cost'
    amount: amount
    timeGrain: 'Monthly'
    timePeriod: { startDate: start }
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

@description('The first day of the budget.')
output since string = start
