
  Before: test with one or two users (-Limit 2), and wait until they have registered again. Needed are the module
  Microsoft.Graph.Authentication and these permissions, with the role Authentication Administrator (for users who
  hold no role) or Privileged Authentication Administrator:
      Install-Module Microsoft.Graph.Authentication
      Connect-MgGraph -Scopes UserAuthenticationMethod.ReadWrite.All, Policy.Read.All

  Run:  .\rollback.ps1 -WhatIf           shows what it would delete, and deletes nothing
        .\rollback.ps1 -Limit 2          rolls back the first two users, after a question for each method
        .\rollback.ps1 -Confirm:$false   rolls back everybody without a question

  After: the users register again at the next sign-in that asks for it.

  It does not ask whether somebody has become an administrator since the plan was made.
#>
#Requires -Modules Microsoft.Graph.Authentication
[CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
param(
    # The most users that are rolled back.
    [int] $Limit = [int]::MaxValue,
    # How long to wait between two users.
    [int] $PaceMilliseconds = 750
)
$ErrorActionPreference = 'Stop'

