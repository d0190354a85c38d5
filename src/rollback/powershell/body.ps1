if ([DateTimeOffset]::UtcNow -ge $expires) { throw ('The plan expired at {0}: make it again.' -f $expires) }
if ($users.Count -ne $expected) { throw ('The script has {0} users, the plan {1}.' -f $users.Count, $expected) }
if (-not (Get-MgContext)) { throw 'Not connected: run Connect-MgGraph first.' }

# The part of a request that names a method, such as phoneMethods.
$collections = @{
    microsoftAuthenticator  = 'microsoftAuthenticatorMethods'
    softwareOath            = 'softwareOathMethods'
    phone                   = 'phoneMethods'
    email                   = 'emailMethods'
    fido2                   = 'fido2Methods'
    windowsHelloForBusiness = 'windowsHelloForBusinessMethods'
    platformCredential      = 'platformCredentialMethods'
    temporaryAccessPass     = 'temporaryAccessPassMethods'
}

# The methods that a user has now, each as collection/id.
function Get-Registered([string] $Key) {
    $answer = Invoke-MgGraphRequest -Method GET -Uri ('/v1.0/users/{0}/authentication/methods' -f $Key)
    foreach ($method in @($answer['value'])) {
        $type = $method['@odata.type'] -replace '^#microsoft\.graph\.', '' -replace 'AuthenticationMethod$', ''
        if ($collections.ContainsKey($type)) { '{0}/{1}' -f $collections[$type], $method['id'] }
    }
}

# Deletes what the plan says of one user, in order, and says what became of it.
function Invoke-Rollback([hashtable] $Plan) {
    $uri = '/beta/users/{0}/authentication/requirements' -f $Plan['Key']
    $state = (Invoke-MgGraphRequest -Method GET -Uri $uri)['perUserMfaState']
    if ($state -ne 'disabled') {
        return 'changed since: per-user multifactor authentication is {0}' -f $state
    }
    # All of it is looked at before the first deletion.
    $registered = @(Get-Registered $Plan['Key'])
    $paths = @()
    foreach ($deletion in $Plan['Deletions']) {
        $found = @($registered | Where-Object { $_ -like ('{0}/*' -f $deletion['Collection']) })
        if ($deletion['Id']) {
            $found = @($found | Where-Object { $_ -eq ('{0}/{1}' -f $deletion['Collection'], $deletion['Id']) })
        }
        if ($found.Count -eq 0 -and -not $deletion['MayBeElsewhere']) {
            return 'changed since: {0} is not registered any more' -f $deletion['Method']
        }
        $paths += $found
    }
    foreach ($method in $registered) {
        $collection = $method.Split('/')[0]
        if ($Plan['Covered'] -contains $collection -and $paths -notcontains $method -and $Plan['Stays'] -notcontains $method) {
            return 'changed since: {0} was registered' -f $collection
        }
    }
    if ($paths.Count -eq 0) { return 'changed since: nothing of it is registered any more' }
    $deleted = 0
    foreach ($path in $paths) {
        $collection, $id = $path.Split('/', 2)
        $uri = '/v1.0/users/{0}/authentication/{1}/{2}' -f $Plan['Key'], $collection, [uri]::EscapeDataString($id)
        if (-not $PSCmdlet.ShouldProcess($Plan['Name'], ('delete {0}' -f $path))) {
            if ($WhatIfPreference) { continue }
            return 'left off by you; {0} of {1} deleted' -f $deleted, $paths.Count
        }
        try {
            Invoke-MgGraphRequest -Method DELETE -Uri $uri | Out-Null
        } catch {
            # A default phone may be refused: then another default has to be set first.
            return 'failed at {0}; {1} of {2} deleted: {3}' -f $path, $deleted, $paths.Count, $_.Exception.Message
        }
        $deleted += 1
    }
    if ($WhatIfPreference) { return '{0} would be deleted' -f $paths.Count }
    'rolled back, {0} deleted' -f $deleted
}

foreach ($user in @($users | Select-Object -First $Limit)) {
    try {
        $outcome = Invoke-Rollback $user
    } catch {
        $outcome = 'failed: {0}' -f $_.Exception.Message
    }
    Write-Output ('{0}: {1}' -f $user['Name'], $outcome)
    Start-Sleep -Milliseconds $PaceMilliseconds
}
