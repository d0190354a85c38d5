//! Which records can be skipped without parsing them.
//!
//! A prefilter only proposes: a record it lets through may still be none of interest. What it holds
//! back must hold no needle in any form. JSON can spell any character as an escape (`\u0041`), in a
//! value as well as in a key, so an escape that can spell a byte of a needle is as good as a needle.
//!
//! Every needle is known by its *mark*, a few neighbouring bytes of it that are rare in such logs.
//! The needles are divided into eight *groups*, one for each bit of a byte. For each byte of a mark a
//! table says which groups allow which bytes there, so that one look-up for each byte of a mark finds
//! the marks of all needles, in 64 places at once, however many needles there are. Where a mark stands,
//! a hash of four bytes tells whether a needle may go on so, and then those of its group are compared.

use std::array;
use std::fmt;

use fearless_simd::{Level, Simd, dispatch, prelude::*, u8x64};
use memchr::memmem;

use super::vector::Pace;

/// How JSON begins the escape of an ASCII character.
const ESCAPE: &str = r"\u00";

/// In how many places marks are looked for at once: a line of the cache.
const BLOCK: usize = 64;

/// How many bytes the longest marks have.
const LONGEST: usize = 4;

/// One group for each bit of what a table says of a byte.
const GROUPS: usize = 8;

/// Finds the places where a record may be of interest.
pub(crate) struct Prefilter {
    /// What the processor can do.
    level: Level,
    tables: Tables,
    heads: Heads,
    groups: [Vec<Needle>; GROUPS],
    /// Whether each byte stands in a needle, or in an escape that could spell one.
    spells: [bool; 256],
    pace: Pace,
}

/// A text to be found.
struct Needle {
    text: Box<[u8]>,
    /// Where its mark begins in it.
    mark: usize,
    /// How it goes on from there, unless it is too short: tells most others apart at once.
    head: Option<[u8; LONGEST]>,
    /// Whether it counts only if the digits behind it can spell a needle.
    is_escape: bool,
}

impl Prefilter {
    /// A prefilter for needles in ASCII; escapes that can spell them are found as well.
    pub(crate) fn new(needles: &[&str], pace: Pace) -> Self {
        Self { pace, ..Self::build(needles, Level::new()) }
    }

    fn build(needles: &[&str], level: Level) -> Self {
        let mut spells = [false; 256];
        for byte in needles.iter().flat_map(|needle| needle.bytes()) {
            spells[usize::from(byte)] = true;
        }
        let mut texts = needles.to_vec();
        texts.push(ESCAPE);
        // JSON may also write a slash as `\/`.
        if spells[usize::from(b'/')] {
            texts.push(r"\/");
        }
        // Text inside text is decoded twice: an escape may spell a part of the escape within.
        for byte in br"\u0123456789abcdefABCDEF" {
            spells[usize::from(*byte)] = true;
        }
        // The shortest have the least choice of a mark.
        texts.sort_by_key(|text| text.len());
        let mut choice = Choice::new(LookUp::of(level));
        let mut groups = array::from_fn(|_| Vec::new());
        let mut heads = Heads::default();
        for text in texts {
            let (group, mark) = choice.add(text.as_bytes());
            let head = text.as_bytes()[mark..].first_chunk().copied();
            heads.add(head);
            let is_escape = text == ESCAPE;
            groups[group].push(Needle { text: text.as_bytes().into(), mark, head, is_escape });
        }
        Self { level, tables: choice.tables(), heads, groups, spells, pace: Pace::Fast }
    }

    /// The beginning, at or after `from`, of a needle or an escape that makes its record a candidate.
    ///
    /// Another may begin before it, but none ends before it. As none stands across a border of
    /// records, whoever asks from the beginning of a record is told a place in it if there is one.
    pub(crate) fn find(&self, bytes: &[u8], from: usize) -> Option<usize> {
        let text = bytes.get(from..)?;
        if self.pace == Pace::Plain {
            return self.find_plainly(text).map(|start| from + start);
        }
        let mut place = 0;
        loop {
            let suspects = self.suspects(text, place)?;
            let found = suspects.places().find_map(|place| self.needle_at(text, place));
            if let Some(start) = found {
                return Some(from + start);
            }
            place = suspects.block + BLOCK;
        }
    }

    /// The same, needle after needle.
    fn find_plainly(&self, text: &[u8]) -> Option<usize> {
        let first = |needle: &Needle| {
            let mut places = memmem::find_iter(text, &*needle.text);
            places.find(|start| {
                !needle.is_escape || self.can_spell(&text[start + needle.text.len()..])
            })
        };
        self.groups.iter().flatten().filter_map(first).min()
    }

    /// The first block, from the place on, in which marks stand, and heads behind them.
    fn suspects(&self, text: &[u8], from: usize) -> Option<Suspects> {
        const FOUR: usize = LookUp::Sixteen.mark();
        const THREE: usize = LookUp::SixtyFour.mark();
        dispatch!(self.level, simd => match LookUp::native(simd) {
            LookUp::Sixteen => suspects::<_, FOUR>(simd, &self.tables, &self.heads, text, from),
            LookUp::SixtyFour => suspects::<_, THREE>(simd, &self.tables, &self.heads, text, from),
        })
    }

    /// Where a needle begins that stands around the place with its mark in the place.
    fn needle_at(&self, text: &[u8], place: usize) -> Option<usize> {
        let here = text.get(place..)?;
        let groups = bits(groups_at(&self.tables, here).into());
        let needles = groups.flat_map(|group| &self.groups[group]);
        let mut alike = needles
            .filter(|needle| needle.head.is_none() || needle.head.as_ref() == here.first_chunk());
        alike.find_map(|needle| self.start(needle, text, place))
    }

    /// Where the needle begins if it stands around the place with its mark in the place.
    fn start(&self, needle: &Needle, text: &[u8], place: usize) -> Option<usize> {
        let start = place.checked_sub(needle.mark)?;
        let behind = text[start..].strip_prefix(&*needle.text)?;
        (!needle.is_escape || self.can_spell(behind)).then_some(start)
    }

    /// Whether the two digits of an escape are those of a byte that stands in a needle.
    fn can_spell(&self, digits: &[u8]) -> bool {
        let Some(digits) = digits.get(..2).and_then(|digits| std::str::from_utf8(digits).ok())
        else {
            return true;
        };
        u8::from_str_radix(digits, 16).map_or(true, |byte| self.spells[usize::from(byte)])
    }
}

impl fmt::Debug for Prefilter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Prefilter").finish_non_exhaustive()
    }
}

/// For each byte of a mark, by the low bits of a byte of the text: the groups that allow it there.
type Tables = [[u8; BLOCK]; LONGEST];

/// The groups that have a mark which may stand at the beginning of the text.
fn groups_at(tables: &Tables, text: &[u8]) -> u8 {
    let allowed = tables.iter().zip(text).map(|(table, byte)| table[usize::from(*byte) % BLOCK]);
    allowed.fold(u8::MAX, |groups, allowed| groups & allowed)
}

/// The places of a block where marks may stand.
struct Suspects {
    block: usize,
    /// One bit a place.
    bits: u64,
}

impl Suspects {
    fn places(&self) -> impl Iterator<Item = usize> {
        bits(self.bits).map(|bit| self.block + bit)
    }
}

/// The first block, from the place on, in which marks of `MARK` bytes may stand.
#[inline(always)]
fn suspects<S: Simd, const MARK: usize>(
    simd: S,
    tables: &Tables,
    heads: &Heads,
    text: &[u8],
    from: usize,
) -> Option<Suspects> {
    let tables = array::from_fn(|number| u8x64::from_slice(simd, &tables[number]));
    let mut block = from;
    // Blocks go on at the next line of the cache: to read across two takes twice the time.
    let mut step = BLOCK - (text.as_ptr().addr() + from) % BLOCK;
    while let Some(bytes) = text.get(block..block + BLOCK + LONGEST - 1) {
        let bits = suspects_in::<S, MARK>(simd, &tables, heads, bytes);
        if bits != 0 {
            return Some(Suspects { block, bits });
        }
        block += step;
        step = BLOCK;
    }
    // The rest has too little behind it.
    while let Some(rest) = text.get(block..) {
        let rest = &rest[..rest.len().min(BLOCK + LONGEST - 1)];
        let mut bytes = [0; BLOCK + LONGEST - 1];
        bytes[..rest.len()].copy_from_slice(rest);
        let bits = suspects_in::<S, MARK>(simd, &tables, heads, &bytes);
        if bits != 0 {
            return Some(Suspects { block, bits });
        }
        block += BLOCK;
    }
    None
}

/// The places of the block at the beginning of the bytes where marks may stand, one bit a place.
#[inline(always)]
fn suspects_in<S: Simd, const MARK: usize>(
    simd: S,
    tables: &[u8x64<S>; MARK],
    heads: &Heads,
    bytes: &[u8],
) -> u64 {
    let mut groups = u8x64::splat(simd, u8::MAX);
    for (shift, table) in tables.iter().enumerate() {
        let bytes = u8x64::from_slice(simd, &bytes[shift..shift + BLOCK]);
        groups &= LookUp::native(simd).look_up(*table, bytes);
    }
    let marked = !groups.simd_eq(0).to_bitmask();
    // Mostly none is.
    if marked == 0 { 0 } else { heads.among(marked, bytes) }
}

/// The four bytes with which needles go on from their marks, as far as a hash tells them from others.
struct Heads([u64; HEADS / 64]);

/// How many values the hash of a head has.
const HEADS: usize = 1 << HASH_BITS;
const HASH_BITS: u32 = 12;

impl Heads {
    /// Adds the head of a needle; where one has none, every head may be that of a needle.
    fn add(&mut self, head: Option<[u8; LONGEST]>) {
        match head.map(Self::hash) {
            Some(hash) => self.0[hash / 64] |= 1 << (hash % 64),
            None => self.0.fill(u64::MAX),
        }
    }

    /// Those of the places in a block where a needle may go on so.
    #[inline(always)]
    fn among(&self, places: u64, block: &[u8]) -> u64 {
        let is_head = |place: &usize| {
            let hash = block[*place..].first_chunk().map(|head| Self::hash(*head));
            hash.is_none_or(|hash| (self.0[hash / 64] >> (hash % 64)) & 1 == 1)
        };
        bits(places).filter(is_head).fold(0, |places, place| places | 1 << place)
    }

    #[inline(always)]
    fn hash(head: [u8; LONGEST]) -> usize {
        // Fibonacci hashing: the highest bits of the product depend on all bits of the head.
        (u32::from_le_bytes(head).wrapping_mul(0x9E37_79B1) >> (u32::BITS - HASH_BITS)) as usize
    }
}

impl Default for Heads {
    fn default() -> Self {
        Self([0; HEADS / 64])
    }
}

/// How many entries the tables have in which a processor looks up many bytes at once.
#[derive(Clone, Copy)]
enum LookUp {
    Sixteen,
    SixtyFour,
}

impl LookUp {
    fn of(level: Level) -> Self {
        dispatch!(level, simd => Self::native(simd))
    }

    #[inline(always)]
    fn native<S: Simd>(_: S) -> Self {
        if S::u8s::LEN == BLOCK { Self::SixtyFour } else { Self::Sixteen }
    }

    /// How many bytes a mark needs to be rare, as bytes with the same low bits look alike.
    const fn mark(self) -> usize {
        match self {
            Self::Sixteen => 4,
            Self::SixtyFour => 3,
        }
    }

    /// The bits of a byte that are its place in a table.
    #[inline(always)]
    const fn low_bits(self) -> u8 {
        match self {
            Self::Sixteen => 0x0F,
            Self::SixtyFour => 0x3F,
        }
    }

    #[inline(always)]
    fn look_up<S: Simd>(self, table: u8x64<S>, bytes: u8x64<S>) -> u8x64<S> {
        let places = bytes & self.low_bits();
        match self {
            Self::Sixteen => table.swizzle_dyn_within_blocks(places),
            Self::SixtyFour => table.swizzle_dyn(places),
        }
    }
}

/// Where a mark may begin in a text: with a head behind it, if the text is long enough.
fn starts(text: &[u8]) -> impl Iterator<Item = usize> + use<> {
    0..=text.len().saturating_sub(LONGEST)
}

/// The marks of needles, and their groups, as they are chosen one by one.
struct Choice {
    look_up: LookUp,
    sample: Sample,
    groups: [Marks; GROUPS],
}

impl Choice {
    fn new(look_up: LookUp) -> Self {
        let groups = [Marks { allowed: [0; LONGEST], places: [[0; WORDS]; LONGEST] }; GROUPS];
        Self { look_up, sample: Sample::new(look_up), groups }
    }

    /// Chooses a mark and a group; returns the group, and where the mark begins in the text.
    fn add(&mut self, text: &[u8]) -> (usize, usize) {
        let (group, start) = self.free(text).unwrap_or_else(|| self.cheapest(text));
        self.groups[group] = self.groups[group].with(&self.mark(text, start));
        (group, start)
    }

    /// A mark that a group allows as it is.
    fn free(&self, text: &[u8]) -> Option<(usize, usize)> {
        starts(text).find_map(|start| {
            let mark = self.mark(text, start);
            let group = self.groups.iter().position(|group| group.allows(&mark))?;
            Some((group, start))
        })
    }

    /// The mark and the group with the fewest more places to be suspected.
    fn cheapest(&self, text: &[u8]) -> (usize, usize) {
        let starts = starts(text).map(|start| (self.mark(text, start).rate(), start));
        let mut starts: Vec<_> = starts.collect();
        starts.sort_by(|one, other| one.0.total_cmp(&other.0));
        let mut cheapest = (f64::INFINITY, (0, 0));
        for (alone, start) in starts {
            // In a group, a mark costs hardly less than alone.
            if alone >= cheapest.0 {
                break;
            }
            let mark = self.mark(text, start);
            for (number, group) in self.groups.iter().enumerate() {
                let cost = group.with(&mark).rate() - group.rate();
                if cost < cheapest.0 {
                    cheapest = (cost, (number, start));
                }
            }
        }
        cheapest.1
    }

    /// The mark that begins there; any byte may stand where the text is too short for it.
    fn mark(&self, text: &[u8], start: usize) -> Marks {
        let any = Marks { allowed: [u64::MAX; LONGEST], places: [[u64::MAX; WORDS]; LONGEST] };
        let bytes = text[start..].iter().take(self.look_up.mark());
        bytes.enumerate().fold(any, |mut mark, (number, byte)| {
            let low_bits = byte & self.look_up.low_bits();
            mark.allowed[number] = 1 << low_bits;
            mark.places[number] = self.sample.places[number][usize::from(low_bits)];
            mark
        })
    }

    fn tables(&self) -> Tables {
        let groups = |number: usize, byte: u8| {
            let place = byte & self.look_up.low_bits();
            let allows = self.groups.iter().map(|group| (group.allowed[number] >> place) & 1 == 1);
            (0..).zip(allows).fold(0, |groups, (bit, allows)| groups | u8::from(allows) << bit)
        };
        array::from_fn(|number| {
            let mut bytes = 0..;
            array::from_fn(|_| bytes.next().map_or(0, |byte| groups(number, byte)))
        })
    }
}

/// A mark, or those of a group together: each byte of one may stand with each of another.
#[derive(Clone, Copy)]
struct Marks {
    /// For each byte: the low bits it may have, as the bits of a number.
    allowed: [u64; LONGEST],
    /// For each byte: the places of the sample behind which, so many on, stands one that is allowed.
    places: [Places; LONGEST],
}

/// Places of the sample, one a bit.
type Places = [u64; WORDS];

const WORDS: usize = SAMPLE.len().div_ceil(64);

impl Marks {
    fn allows(&self, mark: &Self) -> bool {
        self.allowed.iter().zip(mark.allowed).all(|(allowed, mark)| mark & !allowed == 0)
    }

    fn with(&self, other: &Self) -> Self {
        let either = |one: &Places, other: &Places| array::from_fn(|word| one[word] | other[word]);
        Self {
            allowed: array::from_fn(|number| self.allowed[number] | other.allowed[number]),
            places: array::from_fn(|number| either(&self.places[number], &other.places[number])),
        }
    }

    /// How often places are suspected: what the sample shows, and what would be expected if each
    /// byte were chosen by the one before it, as the sample is small.
    fn rate(&self) -> f64 {
        let both = |one: &Places, other: &Places| array::from_fn(|word| one[word] & other[word]);
        let mut shown = self.places[0];
        let mut before = count(&shown);
        let mut expected = before;
        for pair in self.places.windows(2) {
            let here = count(&pair[1]);
            let pairs = count(&both(&pair[0], &pair[1])) + UNSEEN * before * here;
            expected *= pairs / before.max(1.0);
            before = here;
            shown = both(&shown, &pair[1]);
        }
        count(&shown) + expected
    }
}

/// How much a pair of bytes counts that the sample has not side by side: a third of how often it
/// would if its bytes were shuffled.
const UNSEEN: f64 = 0.3 / 2270.0;

fn count(places: &Places) -> f64 {
    f64::from(places.iter().map(|word| word.count_ones()).sum::<u32>())
}

/// What logs look like.
struct Sample {
    /// For each byte of a mark, by the low bits of a byte: the places behind which, so many on, one
    /// with these bits stands.
    places: [Vec<Places>; LONGEST],
}

impl Sample {
    fn new(look_up: LookUp) -> Self {
        let places = |number: usize| {
            let mut places = vec![[0; WORDS]; BLOCK];
            for (place, byte) in SAMPLE.bytes().skip(number).enumerate() {
                let low_bits = usize::from(byte & look_up.low_bits());
                places[low_bits][place / 64] |= 1 << (place % 64);
            }
            places
        };
        Self { places: array::from_fn(places) }
    }
}

/// A record with most keys, and what others say most often, once each: enough to tell which letters
/// follow each other, and which words are common. Of no use here is a needle that most records hold,
/// as its mark is no false alarm.
const SAMPLE: &str = r#"
{ "time": "2026-03-01T04:27:11.1441405Z", "resourceId": "/tenants/5a7f21c3-84e6-4d09/providers/
Microsoft.aadiam", "operationName": "Update device", "operationVersion": "1.0", "category":
"AuditLogs", "tenantId": "e40c83b7-1d95-4f62", "resultSignature": "None", "resultDescription": "OK",
"durationMs": 0, "callerIpAddress": "192.0.2.23", "correlationId": "28d6b0fa-c37e-41a5", "identity":
"", "Level": 4, "properties": {"id":"Directory_b93e6d07-f218-4c5a_YOERP_81243518","category":
"UserManagement","result":"success","resultReason":"","activityDisplayName":"Add member to group",
"activityDateTime":"2026-03-01T10:23:16.4049664+00:00","loggedByService":"Account Provisioning",
"operationType":"Assign","userAgent":null,"initiatedBy":{"user":{"id":"f16a4c80-93d7","displayName":
null,"userPrincipalName":"first.last@example.com","ipAddress":"203.0.113.200","roles":[]},"app":{
"appId":null,"servicePrincipalId":"0c5d9e27-b46f","servicePrincipalName":null}},"targetResources":[{
"id":"81b3f7d5-20ca","type":"ServicePrincipal","groupType":"unknownFutureValue","homeTenantName":"",
"modifiedProperties":[{"displayName":"Included Updated Properties","oldValue":"[]","newValue":
"\"AccountEnabled, LastDirSyncTime, StsRefreshTokensValidFrom\""},{"displayName":"TargetId.UserType",
"oldValue":null,"newValue":"[\"10.0.26100.5168\"]"},{"displayName":"DeviceOSVersion","newValue":
"\"[USER-HWID]:d27c05e9-6a84\""}],"administrativeUnits":[]}],"additionalDetails":[{"key":"AppId",
"value":"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125"
"Update user","Update service principal","Remove member from group","Update policy","LAPTOP-001833",
"Add app role assignment grant to user","Consent to application","Synchronization rule action",
"Export","Register device","Change user password","ProvisioningManagement","ApplicationManagement",
"Self-service Group Management","Group.WellKnownObjectName","AppRoleAssignment.CreatedDateTime",
"Microsoft Entra Connect Sync","Azure MFA","Managed Service Identity","Authenticator App with Code",
"User 'first.last@example.com' will be skipped (User is active and assigned, but no attribute in
scope has changed since the last cycle)","User Authorization: User was granted access rights"
"#;

/// The bits that are set, from the lowest.
fn bits(mut set: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let lowest = (set != 0).then(|| set.trailing_zeros() as usize);
        set &= set.wrapping_sub(1);
        lowest
    })
}

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use aho_corasick::AhoCorasick;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::super::vector::levels;
    use super::*;

    const NEEDLES: [&str; 6] = [
        "Authentication Methods",
        "Get passkey creation options",
        "Restore multifactor authentication on all remembered devices",
        "Security info",
        "User registered for self-service password reset",
        "security info",
    ];

    fn found(text: &str) -> Option<usize> {
        let prefilter = Prefilter::new(&["Needle"], Pace::Fast);
        prefilter.find(text.as_bytes(), 0)
    }

    #[test]
    fn needles_and_escapes_that_can_spell_them() {
        assert_eq!(found(r#"{"a":"Needle"}"#), Some(6));
        assert_eq!(found(r#"{"a":"\u004eeedle"}"#), Some(6));
        assert_eq!(found(r#"{"a":"\u004E"}"#), Some(6));
        assert_eq!(found(r#"{"a":"\u0022quoted\u0022"}"#), None);
        assert_eq!(found(r#"{"a":"\u0022 \u0065"}"#), Some(13));
        assert_eq!(found(r#"{"a":"\u005cu004eeedle"}"#), Some(6));
        assert_eq!(found(r#"{"a":"\\u\u00304eeedle"}"#), Some(9));
        assert_eq!(found(r#"{"a":"\u00"#), Some(6));
        assert_eq!(found("nothing"), None);
    }

    #[test]
    fn slashes_may_be_escaped() {
        let text = br#"{"a":"Need\/le"}"#;
        assert_eq!(Prefilter::new(&["Need/le"], Pace::Fast).find(text, 0), Some(10));
        assert_eq!(Prefilter::new(&["Needle"], Pace::Fast).find(text, 0), None);
    }

    #[test]
    fn without_needles_only_escapes_are_found() {
        assert_eq!(Prefilter::new(&[], Pace::Fast).find(br"Needle \u0041", 0), Some(7));
    }

    /// Where needles and escapes stand that make a record a candidate.
    fn candidates(needles: &[&str], text: &[u8]) -> Vec<Range<usize>> {
        let holds = |byte: u8| needles.iter().any(|needle| needle.as_bytes().contains(&byte));
        let in_escape = |byte: u8| br"\u".contains(&byte) || byte.is_ascii_hexdigit();
        let can_spell = |digits: Option<&[u8]>| match digits.map(std::str::from_utf8) {
            Some(Ok(digits)) => {
                u8::from_str_radix(digits, 16).map_or(true, |byte| holds(byte) || in_escape(byte))
            }
            _ => true,
        };
        let starts = 0..text.len();
        let stand = |start: usize| {
            let stands = move |needle: &str| text[start..].starts_with(needle.as_bytes());
            let needles = needles.iter().copied().filter(move |needle| stands(needle));
            let escape = stands(ESCAPE) && can_spell(text.get(start + 4..start + 6));
            let slash = stands(r"\/") && holds(b'/');
            let escapes = escape.then_some(ESCAPE).into_iter().chain(slash.then_some(r"\/"));
            needles.chain(escapes).map(move |text| start..start + text.len())
        };
        starts.flat_map(stand).collect()
    }

    /// Holds every level to what is promised, from every place of the text.
    fn check(needles: &[&str], text: &[u8]) {
        let candidates = candidates(needles, text);
        let plain = Prefilter::new(needles, Pace::Plain);
        let at_levels = levels().into_iter().map(|level| Prefilter::build(needles, level));
        for prefilter in at_levels.chain([plain]) {
            let level = prefilter.level;
            for from in 0..=text.len() + 1 {
                let mut ahead = candidates.iter().filter(|candidate| candidate.start >= from);
                match prefilter.find(text, from) {
                    None => assert_eq!(ahead.next(), None, "from {from}, {level:?}"),
                    Some(place) => {
                        let is_one = ahead.clone().any(|candidate| candidate.start == place);
                        assert!(is_one, "from {from}, {level:?}: {place}");
                        assert!(ahead.all(|other| other.end > place), "from {from}, {level:?}");
                    }
                }
            }
        }
    }

    /// In every place of a line of the cache, and as near to the end as can be.
    #[test]
    fn needles_stand_anywhere_in_a_block() {
        let filters = levels().into_iter().flat_map(|level| {
            let long = Prefilter::build(&NEEDLES, level);
            [(long, "security info"), (Prefilter::build(&["x"], level), "x")]
        });
        for (prefilter, needle) in filters {
            for before in 0..=2 * BLOCK + 5 {
                for after in [0, 1, 2, 3, BLOCK - 1, BLOCK, BLOCK + 1] {
                    let text = ["y".repeat(before), needle.into(), "y".repeat(after)].concat();
                    assert_eq!(prefilter.find(text.as_bytes(), 0), Some(before));
                    assert_eq!(prefilter.find(text.as_bytes(), before), Some(before));
                    assert_eq!(prefilter.find(text.as_bytes(), before + 1), None);
                }
            }
        }
    }

    /// Texts made of needles, parts of them, escapes, and what is between.
    fn texts() -> impl Strategy<Value = Vec<u8>> {
        let needle = select(NEEDLES.to_vec()).prop_map(str::to_owned);
        let part = (select(NEEDLES.to_vec()), 0..64_usize, 1..16_usize).prop_map(
            |(needle, start, length)| needle.chars().skip(start).take(length).collect::<String>(),
        );
        let escape = select(vec![r"\u0041", r"\u007e", r"\u00", r"\u0", r"\/", r"\\", r"\u00e9"]);
        let noise =
            prop_oneof!["[ -~]{0,9}", "\\PC{0,4}", (0..70_usize).prop_map(|n| "y".repeat(n))];
        let piece = prop_oneof![needle, part, escape.prop_map(str::to_owned), noise];
        vec(piece, 0..12).prop_map(|pieces| pieces.concat().into_bytes())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..Default::default() })]

        #[test]
        fn agrees_with_a_naive_search(text in texts()) {
            check(&NEEDLES, &text);
        }

        #[test]
        fn agrees_with_aho_corasick(text in texts()) {
            let patterns = AhoCorasick::new(NEEDLES.iter().chain([&ESCAPE])).unwrap();
            let prefilter = Prefilter::new(&NEEDLES, Pace::Fast);
            for from in 0..=text.len() {
                let twin = patterns.find_iter(&text[from..]).any(|found| {
                    found.pattern().as_usize() < NEEDLES.len()
                        || prefilter.can_spell(&text[from + found.end()..])
                });
                prop_assert_eq!(prefilter.find(&text, from).is_some(), twin, "from {}", from);
            }
        }

        #[test]
        fn agrees_for_any_needles(
            needles in vec("[a-c/ ]{1,6}", 0..40),
            text in "[a-e/\\\\u0 ]{0,90}",
        ) {
            let needles: Vec<&str> = needles.iter().map(String::as_str).collect();
            check(&needles, text.as_bytes());
        }
    }
}
