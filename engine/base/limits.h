// Every bound of the engine, with its unit and its reason. Reaching one is counted, never silent.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace vigie {

// --- Input -------------------------------------------------------------------------------------

// The largest record that is parsed. The longest real post seen holds 41,637 characters; a broker
// refuses more than 1 MB by default. Larger records are dead-lettered as too_large.
inline constexpr std::size_t kRecordBytesMax = 8UL << 20;
// simdjson reads whole vector registers: every record has this many readable bytes behind it.
inline constexpr std::size_t kRecordPaddingBytes = 64;
// How deep a record may nest. Real payloads stay below 20.
inline constexpr int kJsonDepthMax = 64;
// Records decoded, matched and counted together: their mentions stay in the second-level cache.
inline constexpr std::size_t kSliceRecords = 64;
// Records that a source hands over at once, and the bytes at which it stops adding more. What the
// source has touched to find the records must still be in the second-level cache when they are
// decoded: with 4 MB the whole path took 10 % longer.
inline constexpr std::size_t kBatchRecordsMax = 4096;
inline constexpr std::size_t kBatchBytes = 256UL << 10;
// Bytes of `ext`, the open part of a record, that are kept; a larger one is dropped and counted.
inline constexpr std::size_t kExtBytesMax = 16UL << 10;
// Elements kept of a record's lists (hashtags, mentions, urls, media); the rest is counted.
inline constexpr std::size_t kListItemsMax = 256;
// Raw bytes of a rejected record that a dead letter carries; a Kafka broker takes 1 MB by default.
inline constexpr std::size_t kDeadLetterBytesMax = 900UL << 10;
// Posts of one record. Pages of platforms' interfaces hold 100; a place among them is 16 bits.
inline constexpr std::size_t kPostsPerRecordMax = 10'000;
// Posts, and bytes unfolded or copied, after which no further record is decoded before these have
// been matched; and posts after which their facts are handed on. 350 KB of compressed pages of
// 10,000 posts took 1 GB without.
inline constexpr std::size_t kSlicePostsMax = 2048;
inline constexpr std::size_t kSliceUnfoldedBytesMax = 8UL << 20;
inline constexpr std::size_t kRunPostsMax = 16'384;
// Envelopes around one post: gzip, CloudEvents, an array and JSON in a string are four.
inline constexpr int kEnvelopeDepthMax = 4;
// Bytes that the envelopes of one record unfold to, all together: the largest record, compressed,
// with JSON in a string. Without a bound a record full of small bombs would take gigabytes.
inline constexpr std::size_t kUnfoldedBytesMax = 2 * kRecordBytesMax;
// Kafka headers that are handed over with a record; CloudEvents have some ten.
inline constexpr std::size_t kRecordHeadersMax = 16;

// --- Mappings ----------------------------------------------------------------------------------

// Mappings of one process, presets included: each has its counters.
inline constexpr std::size_t kMappingsMax = 256;
// Pointers of one mapping, and what its expressions may nest.
inline constexpr std::size_t kMappingPointersMax = 1000;
inline constexpr std::size_t kMappingDepthMax = 16;
// Expressions, tests and fields of one mapping, those of aliases counted each time; the largest
// preset has some 300. Numbers of expressions are 16 bits.
inline constexpr std::size_t kMappingNodesMax = 20'000;
// Paths to the items of one mapping: each pointer of an item is in the trie of each of them.
inline constexpr std::size_t kMappingItemsMax = 32;
// Bytes of the names of mappings, and of the words that say why something is no post.
inline constexpr std::size_t kMappingNameBytesMax = 32;

// --- Files -------------------------------------------------------------------------------------

// A gzip or zstd file may not grow by more than this: a bomb is refused.
inline constexpr std::size_t kDecompressionRatioMax = 2000;

// --- Kafka -------------------------------------------------------------------------------------

// Topics of one source, and partitions of one topic: both are part of a PartitionId.
inline constexpr std::size_t kKafkaTopicsMax = 1000;
inline constexpr std::int32_t kKafkaPartitionsMax = 1 << 14;
// Bytes of a key that a dead letter carries: with kDeadLetterBytesMax and a list of all posts that
// there may be (49 kB) it stays below 1 MB.
inline constexpr std::size_t kDeadLetterKeyBytesMax = 16UL << 10;

// --- Memory ------------------------------------------------------------------------------------

// A slice of ordinary posts needs one block; what an arena keeps between slices is bounded, because
// a hostile record may need kUnfoldedBytesMax once.
inline constexpr std::size_t kArenaBlockBytes = 256UL << 10;
inline constexpr std::size_t kArenaKeptBytes = 4UL << 20;
// Facts waiting between the workers and one shard; a full queue blocks the workers.
inline constexpr std::size_t kLinkQueueBytes = 64UL << 20;
// Facts that a shard has taken and folds at once: the more there are, the less each takes, as what
// a brand keeps comes into the cache once for all of its facts. They wait for so long at most, and
// hold so many bytes, one batch more at most. 8,192 take some 30 ms, in which nothing else is
// done.
inline constexpr std::size_t kFactsAtOnceMax = 8'192;
inline constexpr std::size_t kFactsAtOnceBytes = 16UL << 20;
inline constexpr std::chrono::milliseconds kFactsWaitMax{20};
// While a round is saved, as many are folded at once as take so long, but not fewer: then the
// saving goes on for as long. Twice this, one brand more, a batch that the link held and some KPIs
// are below 50 ms.
inline constexpr std::chrono::milliseconds kFoldStep{10};
inline constexpr std::size_t kFactsAtOnceMin = 512;

// --- Rules -------------------------------------------------------------------------------------

inline constexpr std::size_t kBrandsMax = 200'000;
// Names, hashtags, handles and exclusions of all brands together.
inline constexpr std::size_t kTermsMax = 2'000'000;
inline constexpr std::size_t kTermBytesMax = 1024;
inline constexpr std::size_t kRegexBytesMax = 4096;
// Texts of one list or group of authors that queries call by name.
inline constexpr std::size_t kLibraryItemsMax = 50'000;
// Memory that one compiled regex may take (RE2's own bound).
inline constexpr std::int64_t kRegexMemoryBytes = 8LL << 20;
// A query, its comments included; how deep its parentheses nest; and the nodes it has once lists
// and shared queries stand in the place of their names.
inline constexpr std::size_t kQueryBytesMax = 100'000;
inline constexpr std::size_t kQueryDepthMax = 64;
inline constexpr std::size_t kQueryNodesMax = 100'000;
// Words that NEAR and "..."~ may look across.
inline constexpr std::uint32_t kNearMax = 1000;
// Places of terms, tokens and bytes that one query may look at in one post, and all queries
// together in one post; a query that would look at more is given up and counted as failed. A post
// of 254 bytes needs some hundred for a query of 30 terms; 2M take 10 ms of single terms and up to
// 0.2 s of NEAR.
inline constexpr std::uint32_t kQueryStepsMax = 2'000'000;
inline constexpr std::uint32_t kPostStepsMax = 20'000'000;
// Campaigns of one brand: a post's are the bits of one word.
inline constexpr std::size_t kCampaignsMax = 31;
// Spans reported for one brand in one post.
inline constexpr std::size_t kSpansMax = 64;
// Empty matches of one regex that are passed over in one text: `(.*x)?` makes each of them cost a
// scan of the rest.
inline constexpr std::size_t kEmptyMatchesMax = 1024;
// Longer tokens are no words, and no wildcard matches them: it keeps the cost of one bounded.
inline constexpr std::size_t kWildcardTokenBytesMax = 512;
// Longer words, marks and invisible characters included, are written as no term is: bringing marks
// in order takes time that grows with the square of their number.
inline constexpr std::size_t kWrittenWordBytesMax = 1024;
// Hashtags of one post that are cut into the words of CamelCase. Each takes some 3 KB; the longest
// list of a real post has some dozens.
inline constexpr std::size_t kHashtagsCutMax = 1000;
// Bytes before a further search of a regex that are one step: it may read all of them to find the
// end of a match, and mostly reads a few.
inline constexpr std::size_t kRegexBytesPerStep = 16;
// Matches of one regex in one text that NEAR and COUNT look at.
inline constexpr std::size_t kRegexPlacesMax = 4096;
// Scratch memory of a matcher that is kept for the next post, per buffer; more is given back.
inline constexpr std::size_t kScratchKeptBytes = 1UL << 20;
// What is kept of posts on which a query and its shadow disagree, per worker: so many posts for
// each brand and change, of so many brands, with the beginning of their text; 1,000 brands are some
// 5 MB.
inline constexpr std::size_t kShadowSamplesMax = 5;
inline constexpr std::size_t kShadowBrandsMax = 1000;
inline constexpr std::size_t kShadowTextBytesMax = 280;
inline constexpr std::size_t kShadowAddressBytesMax = 1024;  // id, url

// --- Configuration -----------------------------------------------------------------------------

// One file of it; 100,000 brands with a few names each are 10 MB.
inline constexpr std::size_t kConfigBytesMax = 64UL << 20;
// A record given as an example of what a brand must match, as JSON. The longest real post holds
// 41,637 characters; aliases could make a few lines grow without end.
inline constexpr std::size_t kExampleBytesMax = 256UL << 10;
// Errors, and warnings, shown for one configuration; the others are counted.
inline constexpr std::size_t kDiagnosticsShownMax = 100;
// Rule packs that include rule packs.
inline constexpr std::size_t kIncludeDepthMax = 8;
// Requests to reload that wait; those beyond are refused. Each holds an HTTP thread.
inline constexpr std::size_t kReloadRequestsMax = 2;

// --- Windows -----------------------------------------------------------------------------------

// Platforms kept apart per brand; further ones are counted under "other".
inline constexpr std::size_t kPlatformsPerBrandMax = 32;
// Hours with at least one mention that one shard may hold (264 bytes each): partitions read at
// different speeds put minutes far ahead of the watermark. 1M hours are 264 MB.
inline constexpr std::size_t kHourBlocksMax = 1'000'000;

// How far a post may lie after all others of its partition and still be believed, where nothing but
// itself tells when it was written (partition_times.h): a pause is as long at most.
inline constexpr std::chrono::days kTimeJumpMax{31};

// --- State of brands -----------------------------------------------------------------------------

// Hours of sums that a brand keeps: the window of 30 days and the one before it. Slices keep them
// too, so that their growth can be told.
inline constexpr int kHoursKept = 61 * 24;
inline constexpr int kMonthsKept = 25;
// Posts of a brand whose rows were not added to its sums yet: 9 KB of rows, which are still in the
// second-level cache.
inline constexpr std::size_t kUnsummedMax = 64;
// Posts that a brand holds, to tell repeats, and to take back what is edited or deleted; and all
// brands of a shard. The oldest make room. A brand with 10 million posts a day holds those of the
// last 38 minutes (some 40 MB), a small one those of kPostDaysKept days.
inline constexpr std::size_t kPostsPerBrandMax = 262'144;
inline constexpr std::size_t kPostsPerShardMax = 4'000'000;
inline constexpr int kPostDaysKept = 31;
// One in so many of them may be late or backdated: they count in no window, and a flood of them
// must not push out what can still be edited or deleted. Beyond, they are counted and not held.
inline constexpr std::size_t kPostsPerApartPost = 8;
inline constexpr std::size_t kPostsPerPage = 1024;  // of a record of the store
// Newest pages of a brand that know the ids of their posts (some 70 bytes each), for lists of
// posts.
inline constexpr std::size_t kPagesWithIds = 32;
// Replies that are known before the post that they answer, per brand; and those that were counted
// and can be taken back when they are deleted or edited (what older ones did stays).
inline constexpr std::size_t kEarlyRepliesMax = 1024;
inline constexpr std::size_t kCountedRepliesMax = 4096;
// Negative posts to the brand that wait for an answer, per brand.
inline constexpr std::size_t kUnansweredMax = 4096;
// Authors of a brand, and contributors of a campaign; beyond, a sample of them is kept.
inline constexpr std::size_t kAuthorsMax = 65'536;
inline constexpr std::size_t kContributorsMax = 16'384;
// Campaigns of a brand whose counts are kept when the configuration names them no more: those that
// were last contributed to. With the most contributors each they take 68 MB.
inline constexpr std::size_t kCampaignsKeptMax = 128;
inline constexpr int kAuthorDaysKept = 63;
// Values of a dimension (platforms have kPlatformsPerBrandMax).
inline constexpr std::size_t kSliceValuesMax = 32;
inline constexpr std::size_t kSliceValueBytesMax = 64;
// Hashtags of one post that are looked at as communities, and whose pairs are.
inline constexpr std::size_t kHashtagsPerPostMax = 4;
inline constexpr std::size_t kSegmentsMax = 32;
// Sectors of the words of crises: the bits of one byte of a fact.
inline constexpr std::size_t kCrisisSectorsMax = 8;
// Entries of a list of the most frequent, and days for which there is one.
inline constexpr std::size_t kTopEntriesMax = 128;
inline constexpr int kTopDaysKept = 8;
inline constexpr std::size_t kTopShown = 20;
// Words of a brand's posts of a day that are all listed. Beyond twice as many, those of a sample of
// the posts are, and count for those left out: of one post in two, then in four, and in so many at
// most. A word that makes up a share f of all is off by sqrt(f) * 1.1 % of all then (one standard
// deviation): 0.1 % for one in a hundred, where the list itself may be off by 0.6 %.
inline constexpr std::int64_t kWordsWhole = 8192;
inline constexpr std::int64_t kWordsOneInMax = 16;
// Labels of a fact's post beside hashtags: words, sites, links each; and bytes of one.
inline constexpr std::size_t kLabelsPerPostMax = 32;
inline constexpr std::size_t kLabelBytesMax = 256;
// Words of one post that its signature is made of; 42,000 characters are some 8,000.
inline constexpr std::size_t kSignatureWordsMax = 16'384;
// Words of a text from which it has a signature: fewer say too little. See simhash.h.
inline constexpr std::size_t kSignatureWordsMin = 5;
// See near_duplicates.h.
inline constexpr int kSignatureBitsMax = 4;
inline constexpr int kNearDuplicateHours = 24;
inline constexpr std::size_t kNearDuplicateGroupsMax = 8192;
inline constexpr std::size_t kNearDuplicateStepsMax = 256;
// Posts that are looked at, from the first of a group on when it goes, for the one that says it
// first now: some 100 us.
inline constexpr std::size_t kNearDuplicateHeirMax = 8192;
// Posts of a group from which a further one is a sign of a campaign nobody knows of.
inline constexpr std::uint32_t kNearIdenticalMin = 5;
inline constexpr int kYoungAccountDays = 7;
// See cascades.h.
inline constexpr std::size_t kCascadesMax = 256;
inline constexpr int kCascadeHours = 72;
inline constexpr int kCascadeDaysKept = 7;  // without a post
inline constexpr int kCascadeMinutes = 10;
inline constexpr std::size_t kCascadesShown = 20;

// --- Sentiment -----------------------------------------------------------------------------------

// Tokens of a text that its sentiment is judged by: a tweet has some 40; 42,000 characters, which
// are some 8,000, would take as long as 16 of such length.
inline constexpr std::size_t kSentimentTokensMax = 512;
// Tokens on either side of a hit that its clause may have.
inline constexpr std::size_t kClauseTokensMax = 64;
// Hits of all brands in one post beyond which nobody looks for their clauses: it is a list of
// names.
inline constexpr std::size_t kClauseHitsMax = 64;
// Clauses of one brand in one post whose scores are averaged; the others are passed over.
inline constexpr std::size_t kClausesMax = 8;
// Bytes of one word that are looked at, and of all words of a text.
inline constexpr std::size_t kSentimentWordBytesMax = 64;
inline constexpr std::size_t kSentimentBytesMax = 8192;

// --- Saving --------------------------------------------------------------------------------------

// Times that a save is tried, the wait between two of them doubling: 100 ms at first makes 6.3 s.
inline constexpr int kSaveAttemptsMax = 7;
// How long a shard saves brands at a stretch, at least; after a fold as long as that took.
inline constexpr std::chrono::milliseconds kSaveStep{2};
// And how long it computes KPIs, and how often at most: a tenth of its time.
inline constexpr std::chrono::milliseconds kKpiStep{2};
inline constexpr std::chrono::milliseconds kKpiEvery{20};

// --- Store of the state --------------------------------------------------------------------------

// Address space that the store's file is mapped into: it begins small and doubles up to here.
// 10,000 brands with little traffic are 120 to 200 MB, one that fills every bound some 100 MB.
inline constexpr std::size_t kStateBytesMin = 64UL << 20;
inline constexpr std::size_t kStateBytesMax = 64UL << 30;

// --- Serving -----------------------------------------------------------------------------------

inline constexpr std::size_t kSeriesMax = 1'000'000;
inline constexpr std::size_t kHttpThreads = 4;
// Brands whose KPIs one request may ask for: each is some 50 KB.
inline constexpr std::size_t kKpiBrandsMax = 20;

}  // namespace vigie
