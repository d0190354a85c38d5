# The job for jq and jaq. The driver puts two definitions in front:
#   records     every record that may be an event, in the words of its format
#   count(key)  one more in the object for this key, in the words that make each of the two fast

def is_event:
  .loggedByService == "Authentication Methods"
  and (.operationType == "ServiceApi"
    and .targetResources[0].modifiedProperties == null
    and (.resultReason | ascii_downcase) == (.activityDisplayName | ascii_downcase)
    | not);

# Groups and users in one flat object, told apart by the tabs of the key: jq copies a nested object
# whenever something is put into it.
reduce (records | select(is_event)
  | "\(.activityDisplayName)\t\(.result)\t\(.resultReason)", .targetResources[0].id) as $key
  ({}; count($key))
| to_entries | map(.key |= (. / "\t"))
| {
    groups: map(select(.key | length == 3) | .key + [.value]),
    users: map(select(.key | length == 1)) | length
  }
