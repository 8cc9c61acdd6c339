#pragma once
// Graph: parties and what binds them, and the questions that an analyst of cases asks of them.
//
// The model. Accounts, customers, devices, addresses are nodes, numbered from 0; names stay with
// the caller. A bond (an edge) joins two of them: money that went from one account to another, or a
// thing that two share. A graph is made once of an array of bonds and does not change. Beside it
// stands the ledger: single movements of money in the order of time, where a graph knows only sums.
//
//     struct graph_plan plan = {.node_kinds = kinds, .node_count = n, .directed_kinds = 1 << MONEY,
//                               .edges = bonds, .edge_count = m};
//     TRY(graph_create(&plan, arena, &graph, diag));
//     struct graph_filter filter = {.edge_kinds = 1 << DEVICE | 1 << IP, .hub_degree = 200};
//     struct graph_partition parts = graph_components(graph, &filter, arena);
//     struct graph_gang_options seed = {.seed = account, .account_kinds = 1 << ACCOUNT};
//     TRY(graph_gang_find(graph, &filter, &seed, arena, &gang, diag));
//     graph_destroy(graph);
//
//     TRY(graph_ledger_create(&movements, arena, &ledger, diag));
//     struct graph_flow_options trace = {.sources = payments, .source_count = count};
//     TRY(graph_flow_trace(ledger, &trace, arena, &flow, diag));
//     graph_ledger_destroy(ledger);
//
// What holds everywhere. Nothing here reads files or asks for the time. The same input gives the
// same bytes: orders are those of numbers, ties go to the smaller one, and what is drawn comes from
// a seed. Results lie in the caller's arena; working memory is given back to it before a function
// returns. An option of 0 means its default. Whatever is bounded says so in its result when the
// bound was reached: what is there then is right as far as it goes.
//
// Who calls. A graph and a ledger may be read by any number of threads at once, each with an arena
// of its own.
//
// docs/graph.md says for analysts what the figures mean, and why they are counted in this way.

#include "base/diag.h"

enum {
    GRAPH_NODES_MAX = 1 << 28, // so that both ends of all bonds are counted in 32 bits
    GRAPH_EDGES_MAX = 1 << 28, // 12 GiB of bonds
    GRAPH_KINDS_MAX = 64,      // sets of kinds are 64 bits
};
#define GRAPH_NONE UINT32_MAX
#define GRAPH_WEIGHT_MAX 1e100               // so that sums and their products stay finite
#define GRAPH_TIME_MAX_US (INT64_C(1) << 61) // of movements, on either side of 0: so that spans fit

// ---- nodes and bonds ---------------------------------------------------------------------------

// One bond, as it goes in and as it is kept; 48 bytes. Of an undirected one the ends are kept as
// smaller and larger.
struct graph_edge {
    uint32_t from, to;
    uint32_t count; // how often it was seen; 0 is read as 1
    uint8_t kind;   // below GRAPH_KINDS_MAX
    int64_t amount; // fen; may be negative where that means something to the caller
    int64_t first_us, last_us;
    double weight; // how strongly it binds: 0 to GRAPH_WEIGHT_MAX
};

// The arrays are needed during graph_create() alone.
struct graph_plan {
    const uint8_t *node_kinds; // of each node, below GRAPH_KINDS_MAX; NULL: all are 0
    uint32_t node_count;
    uint64_t directed_kinds; // set of kinds of bonds that have a direction
    const struct graph_edge *edges;
    uint32_t edge_count;
};

struct graph;

// Bonds of the same ends and kind become one: counts, amounts and weights are added (weights in the
// order of the input), times span both. A bond of a node with itself binds nothing and is dropped.
// STATUS_INVALID with GR001 to GR005: a bond cannot be; STATUS_LIMIT with GR006: there are too
// many. Time: linear in nodes and bonds (three passes of a counting sort). Memory: 48 + 4 bytes a
// bond that is kept and 9 a node, and while it is made 32 bytes for each that came.
MUST_USE Status graph_create(const struct graph_plan *plan, struct arena *arena,
                             struct graph **ret_graph, struct diag *diag);
void graph_destroy(struct graph *graph); // NULL is let pass

struct graph_counts {
    uint32_t nodes, edges;
    uint32_t merged; // bonds that became part of another
    uint32_t loops;  // bonds of a node with itself
    uint64_t bytes;
};

struct graph_counts graph_counts(const struct graph *graph);
uint8_t graph_node_kind(const struct graph *graph, uint32_t node);
// By its number: bonds are sorted by from, to and kind, and numbered from 0.
const struct graph_edge *graph_edge(const struct graph *graph, uint32_t edge);

// All bonds of a node, of either direction, in the order of the other end.
//     struct graph_bonds walk = graph_bonds(graph, node);
//     while (graph_bonds_next(&walk, &edge, &other)) { ... }
struct graph_bonds {
    const struct graph *graph;
    uint32_t out, out_end; // bonds
    uint32_t in, in_end;   // places in the rows of bonds that come in
};

struct graph_bonds graph_bonds(const struct graph *graph, uint32_t node);
bool graph_bonds_next(struct graph_bonds *walk, uint32_t *ret_edge, uint32_t *ret_other);

// ---- which bonds count -------------------------------------------------------------------------

// Zero means: every bond counts, and every node connects. Hubs are nodes that nearly everybody
// meets (the address of a mobile network, a payment institution): they belong to no group and lead
// nowhere.
struct graph_filter {
    uint64_t edge_kinds; // set of kinds; 0: all
    int64_t from_us,
        to_us; // bonds that were seen at some moment of [from_us, to_us); equal: at any
    double weight_min;
    uint32_t hub_degree; // more neighbours than this, over bonds that count, make a hub; 0: none
    const uint32_t
        *hub_degrees;     // the same by kind of node, 0 there: hub_degree; NULL: by that alone
    const uint64_t *hubs; // bits by node (base/bits.h): hubs whatever their degree; may be NULL
};

// ---- components, hops, paths -------------------------------------------------------------------

// Groups are numbered from 0 in the order of their smallest nodes.
struct graph_partition {
    uint32_t *group_of; // by node; GRAPH_NONE: a hub
    uint32_t group_count;
    uint32_t hub_count;
};

// The members of all groups: of group g they are nodes[start[g]] to nodes[start[g + 1] - 1],
// ascending.
struct graph_members {
    uint32_t *start;
    uint32_t *nodes;
};

// Who is bound to whom over any number of bonds; directions do not matter. Union-find: nearly
// linear.
struct graph_partition graph_components(const struct graph *graph,
                                        const struct graph_filter *filter, struct arena *arena);
struct graph_members graph_members(const struct graph_partition *partition, uint32_t node_count,
                                   struct arena *arena);

typedef enum GraphDirection { GRAPH_EITHER, GRAPH_FORWARD, GRAPH_BACKWARD } GraphDirection;

// How many bonds lie between each node and the nearest of the sources, GRAPH_NONE where more than
// `hops_max` do (0: no bound) or none lead there. Directed bonds are gone along as `direction`
// says. A hub is reached, and led on from only where it is a source itself. Linear in what is
// reached.
uint32_t *graph_hops(const struct graph *graph, const struct graph_filter *filter,
                     const uint32_t *sources, uint32_t source_count, GraphDirection direction,
                     uint32_t hops_max, struct arena *arena);

struct graph_path {
    uint32_t *nodes; // hops + 1 of them
    uint32_t *edges; // hops of them
    uint32_t hops;
    bool found;
};

// A shortest way from one node to another; of several that whose nodes, from the end, are the
// smallest. Not over hubs. It costs what graph_hops() costs.
struct graph_path graph_path(const struct graph *graph, const struct graph_filter *filter,
                             uint32_t from, uint32_t to, GraphDirection direction,
                             uint32_t hops_max, struct arena *arena);

// ---- communities -------------------------------------------------------------------------------

// Groups that hold together more than they are bound to others, by weighted modularity with a
// resolution: the sum over groups of  inside / 2m - resolution * (strength / 2m)^2. The way is that
// of Leiden (Traag, Waltman, van Eck 2019): moving nodes from a queue, refining within each
// community, going on with the refined ones as nodes; where that paper draws lots, the best is
// taken here. Every community is connected.
struct graph_community_options {
    double resolution;   // default 1; larger: smaller communities
    uint64_t seed;       // of the order in which nodes are looked at first; 0: by their numbers
    uint32_t rounds_max; // default 2; each begins with the single nodes again
};

struct graph_communities {
    struct graph_partition partition;
    double modularity;
    uint32_t rounds;
    bool settled; // no node would gain by moving; false: `rounds_max` ended it
};

// STATUS_INVALID with GR007: an option cannot be. Measured on 5 million bonds of a million nodes:
// docs/graph.md. Memory: 24 bytes a bond and some 100 a node.
MUST_USE Status graph_communities_find(const struct graph *graph, const struct graph_filter *filter,
                                       const struct graph_community_options *options,
                                       struct arena *arena, struct graph_communities *ret,
                                       struct diag *diag);
// Of any grouping: `group_of` by node, GRAPH_NONE or a number below the number of nodes.
double graph_modularity(const struct graph *graph, const struct graph_filter *filter,
                        const uint32_t *group_of, double resolution, struct arena *arena);

// ---- a gang around a seed ----------------------------------------------------------------------

// Proposes who belongs together with one account. Only the neighbourhood is looked at. From the
// seed a walk begins that at each step follows a bond by its weight, or goes back to the seed;
// where it is found is computed approximately (Andersen, Chung, Lang 2006: pushing what exceeds
// `precision` for each unit of strength). The nodes are put in the order of how much oftener it is
// found there than their strength explains, and of all beginnings of that order the one with the
// smallest conductance is the proposal, as far as it is connected with the seed. Conductance: the
// weight that leads out, divided by all weight at its members' ends.
struct graph_gang_options {
    uint32_t seed;
    uint64_t account_kinds;   // set of kinds of nodes; 0: all
    uint32_t accounts_min;    // default 3
    uint32_t members_max;     // default 500
    uint32_t nodes_max;       // that are reached; default 5,000
    uint32_t edges_max;       // bonds that are looked at; default 500,000
    uint32_t bonds_max;       // that are told; default 1,000
    double restart;           // default 0.15: the chance to go back, at each step
    double precision;         // default 1e-4; for bonds of the graph's mean weight
    double conductance_max;   // default 0.5: as much leads out as lies inside, seen from both ends
    uint32_t whole_max;       // default 30: a component of no more accounts stays whole, unless
    double conductance_split; // a part of it is cut off this well; default 0.1
};

typedef enum GraphGangOutcome {
    GRAPH_GANG_FOUND,
    GRAPH_GANG_SEED_IS_HUB,
    GRAPH_GANG_TOO_FEW, // fewer accounts than accounts_min can be reached
    GRAPH_GANG_LOOSE,   // nothing is bound more closely than conductance_max
} GraphGangOutcome;

struct graph_gang_member {
    uint32_t node;
    uint32_t bonds;      // with other members
    uint32_t neighbours; // other members that it has a bond with
    uint32_t accounts;   // of these accounts
    double strength;     // the share of the weight of its bonds that leads to members: 0 to 1
    double nearness;     // to the seed, by the walk: the nearest has 1
};

typedef enum GraphHubReason {
    GRAPH_HUB_NAMED,  // by filter.hubs
    GRAPH_HUB_DEGREE, // more neighbours than the filter allows
    GRAPH_HUB_COST,   // more bonds than edges_max leaves to be looked at
} GraphHubReason;

struct graph_gang_hub {
    uint32_t node;
    uint32_t degree_max; // that its kind may have; 0: the reason is another
    uint32_t bonds;      // of the node, whatever their kind and time
    uint32_t members;    // that meet in it
    GraphHubReason reason;
};

// Bits of what was cut.
enum {
    GRAPH_CUT_NODES = 1 << 0,  // nodes_max: others were not reached
    GRAPH_CUT_EDGES = 1 << 1,  // edges_max: the walk ended early
    GRAPH_CUT_BONDS = 1 << 2,  // bonds_max: the strongest are told
    GRAPH_CUT_LAYERS = 1 << 3, // layers_max: money went on
    GRAPH_CUT_PIECES = 1 << 4, // pieces_max: money was not followed
    GRAPH_CUT_STEPS = 1 << 5,  // steps_max: there may be other shapes
    GRAPH_CUT_SHAPES = 1 << 6, // shapes_max: there are other shapes
};

struct graph_gang {
    GraphGangOutcome outcome;
    struct graph_gang_member *members; // nearest first; the seed is one of them
    uint32_t member_count;
    uint32_t account_count;
    uint32_t *bonds; // numbers of the bonds between members, the strongest first
    uint32_t bond_count;
    uint32_t bonds_inside;       // with those that are not told
    struct graph_gang_hub *hubs; // left out, next to a member; most members first
    uint32_t hub_count;
    double cut;    // weight that leads from members to others that are no hubs
    double volume; // weight at the members' ends, hubs left out
    double conductance;
    bool is_component; // nothing leads out
    uint32_t cuts;
    uint32_t nodes_reached;
    uint32_t edges_seen;
};

// Without a gang everything but the outcome, the hubs next to the seed and the counts is empty.
// STATUS_INVALID with GR007: an option cannot be. Time: the bonds looked at, which are not more
// than edges_max, each a few times.
MUST_USE Status graph_gang_find(const struct graph *graph, const struct graph_filter *filter,
                                const struct graph_gang_options *options, struct arena *arena,
                                struct graph_gang *ret, struct diag *diag);

// ---- the ledger --------------------------------------------------------------------------------

// One movement of money. Movements are in the order of time, of those of one moment by number, of
// those with one number as they came.
struct graph_movement {
    int64_t time_us;
    int64_t amount;  // fen, above 0
    uint64_t number; // the caller's
    uint32_t from, to;
};

// The arrays are needed during graph_ledger_create() alone.
struct graph_ledger_plan {
    const struct graph_movement *movements;
    uint32_t movement_count;
    uint32_t node_count;
    const uint8_t *node_kinds; // NULL: all are 0
    uint64_t
        exit_kinds; // set of kinds of nodes where money is out of reach: cash, wallets, other banks
};

struct graph_ledger;

// Movements of a node with itself are dropped. STATUS_INVALID with GR002, GR008 to GR010 or GR012:
// a movement cannot be, or all together do not fit 64 bits, so that no sum needs a check later.
// Results name movements by their place in `movements`. Time: sorting. Memory: 48 bytes a movement,
// 9 a node.
MUST_USE Status graph_ledger_create(const struct graph_ledger_plan *plan, struct arena *arena,
                                    struct graph_ledger **ret_ledger, struct diag *diag);
void graph_ledger_destroy(struct graph_ledger *ledger); // NULL is let pass

// ---- where the money went ----------------------------------------------------------------------

// Every fen of a movement is one that came in before, or was the account's own. Which one it was is
// a convention; two are here:
//   first in, first out   the default. An account's own balance, where it is known, went in first.
//   last in, first out    what came last goes first: an account through which money is passed on
//                         at once shows as such, whatever it owned before.
// Either gives each fen one way, so that amounts along the ways are exact, nothing is counted
// twice, and tracing backwards finds the same ways. Sharing out in proportion, the third usual
// convention, does neither with whole fen: docs/graph.md.
typedef enum GraphFlowOrder { GRAPH_FLOW_FIRST_OUT, GRAPH_FLOW_LAST_OUT } GraphFlowOrder;

// A payment that is traced, or its first `amount` fen.
struct graph_flow_source {
    uint32_t movement; // place in the array that the ledger was made of
    int64_t amount;    // 0: all of it
};

struct graph_flow_options {
    GraphDirection direction; // GRAPH_FORWARD (and GRAPH_EITHER): where it went; GRAPH_BACKWARD:
                              // where it came from
    GraphFlowOrder order;
    // What is traced: these payments; or, where there are none, all that `account` paid (forward)
    // or got (backward) in [from_us, to_us), equal: at any time.
    const struct graph_flow_source *sources;
    uint32_t source_count;
    uint32_t account;
    int64_t from_us, to_us;
    const int64_t *openings; // fen by node: its own balance before the first movement; NULL: 0
    const uint64_t
        *stops; // bits by node: nothing is followed through it (a shop, an employer); may be NULL
    int64_t dwell_us_max; // what lay longer than this is not followed; 0: no bound
    uint32_t layers_max;  // default 10
    uint32_t pieces_max;  // amounts that are followed; default 1,000,000, at most 2^26
    // For roles; docs/graph.md.
    uint32_t collector_payers; // default 3
    uint32_t transit_percent;  // default 80
    int64_t transit_us;        // default 24 hours
    uint32_t cash_out_percent; // default 50
    uint32_t holding_percent;  // default 50
};

typedef enum GraphRole {
#define ROLE(name, word, zh, en) GRAPH_ROLE_##name,
#include "graph/roles.def"
#undef ROLE
    GRAPH_ROLE_COUNT,
} GraphRole;

struct graph_role_text {
    Slice word, zh, en;
};
struct graph_role_text graph_role_text(GraphRole role);

// A part of a movement that is traced money. The sources are of layer 1.
struct graph_flow_step {
    uint32_t movement;
    uint32_t layer;
    int64_t amount;
};

// The steps of one layer between two accounts.
struct graph_flow_edge {
    uint32_t from, to;
    uint32_t layer;
    uint32_t movements;
    int64_t amount;
    int64_t first_us, last_us;
    bool is_exit; // `to` (backward: `from`) is an exit
};

// What became of traced money at one account. Forward:
//     received + own = passed_on + left + outside + not_followed + rejoined
// and backward, where `left` is what arrived where the tracing began:
//     passed_on + left = received + own + outside + not_followed + rejoined
struct graph_flow_account {
    uint32_t node;
    uint32_t layer; // the smallest; 0: where the tracing began
    GraphRole role;
    uint32_t roles;          // set of all roles that fit
    uint32_t payers, payees; // accounts that traced money came from, went to
    uint32_t collected_from; // of the payers, those that are not of layer 0
    int64_t received, passed_on;
    int64_t exits;        // of passed_on, to exits; backward: of received, from exits
    int64_t own;          // began here
    int64_t left;         // is still here, as far as the ledger goes
    int64_t outside;      // the account is an exit
    int64_t not_followed; // a bound was reached
    int64_t rejoined;     // went on (backward: came) in a payment that is a source itself
    int64_t first_in_us, last_in_us, first_out_us, last_out_us; // 0: none
    int64_t dwell_us; // at least half of what was passed on lay at most this long; -1: none was
};

struct graph_flow {
    struct graph_flow_step *steps; // by layer, then in the order of time
    uint32_t step_count;
    struct graph_flow_edge *edges; // by layer, from, to
    uint32_t edge_count;
    struct graph_flow_account *accounts; // by layer, then node
    uint32_t account_count;
    uint32_t layers; // of the steps
    int64_t traced;  // the sources together
    // Forward: traced = left + outside + not_followed + rejoined; backward with `own` for `left`.
    int64_t own, left, outside, not_followed, rejoined;
    uint32_t cuts;
};

// STATUS_INVALID with GR007: an option cannot be; with GR011: a source is not a movement, is named
// twice or asks for more than that has. Time and memory: linear in the movements of the accounts
// that money reaches and in the pieces followed, with sorting.
MUST_USE Status graph_flow_trace(const struct graph_ledger *ledger,
                                 const struct graph_flow_options *options, struct arena *arena,
                                 struct graph_flow *ret, struct diag *diag);

// ---- shapes ------------------------------------------------------------------------------------

// Shapes in which an account takes part, in the ledger, to explain what it is part of. They are
// descriptions: many honest accounts have them too.
typedef enum GraphShapeKind {
#define SHAPE(name, word, zh, en) GRAPH_SHAPE_##name,
#include "graph/shapes.def"
#undef SHAPE
    GRAPH_SHAPE_COUNT,
} GraphShapeKind;

struct graph_shape_text {
    Slice word, zh, en;
};
struct graph_shape_text graph_shape_text(GraphShapeKind kind);

struct graph_shape_options {
    uint32_t seed;
    uint32_t kinds;         // set of shapes; 0: all
    int64_t from_us, to_us; // movements of [from_us, to_us); equal: of any time
    int64_t window_us;      // at most between a shape's first and last movement; default 30 days
    uint32_t fan_min;       // accounts on the side of many; default 3
    uint32_t
        hops_max; // of a cycle; default 6, at most 16. The same accounts in a row are told once
    bool cycle_any_order; // movements of a cycle need not follow each other in time
    double keep_min; // of a cycle, and of a way in a scatter: a movement is at least this share of
                     // the one before it, and it of that; 0: amounts do not matter
    uint32_t partners_max; // an account with more movements than this, other than the seed, is not
                           // led over; default 1,000
    uint32_t steps_max;    // movements looked at for each kind; default 1,000,000, at most 2^28
    uint32_t shapes_max;   // of each kind; default 100, at most 2^20
};

struct graph_shape {
    GraphShapeKind kind;
    uint32_t centre; // fans and gather-scatter; of a cycle where it begins; of a scatter who pays
    uint32_t target; // of a scatter-gather: who is paid in the end; else GRAPH_NONE
    uint32_t *movements; // places in the array of the ledger, in the order of time
    uint32_t movement_count;
    uint32_t many;  // accounts on the side of many (the smaller side of a gather-scatter); of a
                    // cycle its length
    int64_t amount; // of all its movements
    int64_t first_us, last_us;
};

struct graph_shapes {
    struct graph_shape *items; // by kind, then as they were found
    uint32_t count;
    uint32_t hubs; // accounts that were not led over
    uint32_t cuts;
};

// STATUS_INVALID with GR007: an option cannot be. Time: linear in
// the movements of the accounts around the seed, but for cycles and scatter-gather; bounded by
// steps_max.
MUST_USE Status graph_shapes_find(const struct graph_ledger *ledger,
                                  const struct graph_shape_options *options, struct arena *arena,
                                  struct graph_shapes *ret, struct diag *diag);
