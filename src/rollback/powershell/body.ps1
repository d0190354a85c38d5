if ([DateTimeOffset]::UtcNow -ge $expires) { throw "The plan expired at $expires: make it again." }
if ($users.Count -ne $expected) { throw "The script has $($users.Count) users, the plan $expected." }
if (-not (Get-MgContext)) { throw 'Not connected: run Connect-MgGraph first.' }

# Graph answers a list of what is there now.
function Get-Methods([string] $Key, [string] $Collection) {
    @((Invoke-MgGraphRequest -Method GET -Uri "/v1.0/users/$Key/authentication/$Collection").value)
}

function Invoke-Rollback($User) {
    $requirements = Invoke-MgGraphRequest -Method GET -Uri "/beta/users/$($User.Key)/authentication/requirements"
    if ($requirements.perUserMfaState -ne 'disabled') {
        return "not eligible: per-user multifactor authentication is $($requirements.perUserMfaState)"
    }
    $present = @(Get-Methods $User.Key 'methods' | ForEach-Object { $_.id })
    foreach ($deletion in $User.Deletions) {
        $paths = @($deletion.Path)
        if ($deletion.AllOf) {
            $paths = @(Get-Methods $User.Key $deletion.AllOf | ForEach-Object {
                "/users/$($User.Key)/authentication/$($deletion.AllOf)/$([uri]::EscapeDataString($_.id))"
            })
        } elseif ($present -notcontains [uri]::UnescapeDataString(($deletion.Path -split '/')[-1])) {
            return "changed since: $($deletion.Method) is not registered any more"
        }
        foreach ($path in $paths) {
            if ($PSCmdlet.ShouldProcess($User.Name, "delete $($deletion.Method) ($path)")) {
                Invoke-MgGraphRequest -Method DELETE -Uri "/v1.0$path" | Out-Null
            } else {
                $script:skipped = $true
            }
        }
    }
    if ($script:skipped) { 'not asked for (-WhatIf, or answered with no)' } else { 'rolled back' }
}

foreach ($user in $users | Select-Object -First $Limit) {
    $script:skipped = $false
    try {
        $outcome = Invoke-Rollback $user
    } catch {
        # A default phone may be refused: then another default has to be set first.
        $outcome = "failed: $($_.Exception.Message)"
    }
    Write-Output "$($user.Name): $outcome"
    Start-Sleep -Milliseconds $PaceMilliseconds
}
