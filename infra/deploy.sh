#!/usr/bin/env bash
# infra/deploy.sh ENVIRONMENT [what-if|create]: what is missing or wrong is said before Azure is asked for anything.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
environment=${1:-} action=${2:-what-if} region=${AZURE_LOCATION:-swedencentral}
faults=()

file="parameters/$environment.bicepparam"
if [[ ! $environment =~ ^[a-z]+$ || ! -f $file ]]; then
  faults+=("'$environment' is no environment: choose one of $(cd parameters && printf '%s ' *.bicepparam | sed 's/\.bicepparam//g')")
  file=/dev/null
fi
[[ $action == what-if || $action == create ]] || faults+=("'$action' is no action: choose what-if or create")
regions=$(sed -n "s/^type Region = //p" types.bicep)
[[ $regions == *"'$region'"* ]] || faults+=("AZURE_LOCATION '$region' is not allowed: choose one of $regions")

# Those that the parameters read without saying what else to take.
for name in $(grep -o "readEnvironmentVariable('[A-Z_]*')" "$file" | cut -d"'" -f2); do
  [[ -n ${!name:-} ]] || faults+=("$name is not set")
done
if [[ -n ${SESSION_KEY:-} && $(base64 -d <<<"$SESSION_KEY" 2>/dev/null | wc -c) != 32 ]]; then
  faults+=("SESSION_KEY must be 32 random bytes in base64, such as 'openssl rand -base64 32' prints")
fi
if [[ -n ${SMTP_URL:-} && ! $SMTP_URL =~ ^smtps://[^/]+:[0-9]+/?$ ]]; then
  faults+=("SMTP_URL must look like smtps://user:password@host:port")
fi
if [[ -n ${OIDC_ISSUER:-} && ! $OIDC_ISSUER =~ ^https://.*[^/]$ ]]; then
  faults+=("OIDC_ISSUER must start with https:// and not end with /")
fi
command -v az >/dev/null || faults+=("the Azure CLI (az) is not installed")

if ((${#faults[@]})); then
  printf '%s.\n' "${faults[@]}" >&2
  exit 2
fi
az account show --output none
exec az deployment sub "$action" --name "izwop-$environment" --location "$region" \
  --parameters "$file" --parameters location="$region"
