// Books of threads, each with a desk of the pack that decides; and how lists and profiles are asked
// for: the deciding thread calls between two decisions, and whoever asks waits for it.

#include "os/clock.h"
#include "os/file.h"
#include "server/response_private.h"

enum { TOLD_BLOCK = 4 << 10, COME_AGAIN_MAX = 3, HAND_WAIT_S = 5 };

// ---- lists and profiles -------------------------------------------------------------------------

struct hand_looking {
    struct work work;
    struct hand *hand;
    void (*look)(void *user, const struct knowledge *knowledge);
    void *user;
    bool fits, is_over;
};

// By the deciding thread. After a release its lists have other numbers than the desk's: then nobody
// looks, and the desk takes the new pack first.
static void look(struct work *work, struct heart *heart) {
    struct hand_looking *looking = work->user;
    looking->fits = heart_catalogue(heart) == looking->hand->pack->catalogue;
    if (looking->fits) {
        looking->look(looking->user, heart_knowledge(heart));
    }
}

static void looked(struct work *work) {
    struct hand_looking *looking = work->user;
    struct hand *hand = looking->hand;
    pthread_mutex_lock(&hand->lock);
    looking->is_over = true;
    pthread_cond_signal(&hand->looked);
    pthread_mutex_unlock(&hand->lock);
}

static bool with_knowledge(void *context,
                           void (*then)(void *user, const struct knowledge *knowledge),
                           void *user) {
    struct hand *hand = context;
    struct hand_looking looking = {.hand = hand, .look = then, .user = user};
    looking.work = (struct work){.kind = WORK_CALL, .call = look, .done = looked, .user = &looking};
    if (!pipeline_submit(hand->response->pipeline, &looking.work)) {
        return false;
    }
    pthread_mutex_lock(&hand->lock);
    while (!looking.is_over) {
        pthread_cond_wait(&hand->looked, &hand->lock);
    }
    pthread_mutex_unlock(&hand->lock);
    return looking.fits;
}

// ---- a hand -------------------------------------------------------------------------------------

void hand_init(struct hand *hand, struct response *response) {
    *hand = (struct hand){.response = response};
    arena_init(&hand->told, TOLD_BLOCK);
    INVARIANT(pthread_mutex_init(&hand->lock, NULL) == 0 &&
              pthread_cond_init(&hand->looked, NULL) == 0);
}

void hand_close(struct hand *hand) {
    if (hand->is_open) {
        book_close(&hand->book);
        hand->is_open = false;
    }
    arena_reset(&hand->told);
}

void hand_deinit(struct hand *hand) {
    hand_close(hand);
    desk_destroy(hand->desk);
    arena_deinit(&hand->told);
    pthread_mutex_destroy(&hand->lock);
    pthread_cond_destroy(&hand->looked);
}

void keep_diag(struct diag *diag, struct arena *arena) {
    diag->message = arena_copy(arena, diag->message);
    diag->hint = arena_copy(arena, diag->hint);
}

// A file that was there and is gone is not made anew: what stood in it would be missed by nobody,
// and what lies beside it (its write-ahead log) is not of a new one.
static Status check_file(struct response *response, struct arena *arena, struct diag *diag) {
    Slice store = response->options.store;
    Slice path;
    if (!store_is_file(store, &path) || !response->was_open || file_is_there(path)) {
        return STATUS_OK;
    }
    Status status = diag_fail(diag, arena, STATUS_IO, "RS006",
                              "the store '%.*s' is not there any more", SLICE_ARGS(store));
    diag->hint = SLICE("put it back, with the files that begin with its name; or restore it from a "
                       "backup and start the server again");
    return status;
}

Status hand_open(struct hand *hand, struct arena *arena, struct diag *diag) {
    if (hand->is_open) {
        return STATUS_OK;
    }
    TRY(check_file(hand->response, arena, diag));
    Status status =
        book_open(&hand->book, hand->response->options.store, clock_wall_us(), &hand->told, diag);
    hand->is_open = status == STATUS_OK;
    if (status != STATUS_OK) {
        keep_diag(diag, arena);
        arena_reset(&hand->told);
    }
    return status;
}

Status hand_take_pack(struct hand *hand, struct arena *arena, struct diag *diag) {
    struct response *response = hand->response;
    const struct response_pack *pack;
    TRY(response_pack_now(response, arena, &pack, diag));
    if (!pack->has_plan) {
        Status status =
            diag_fail(diag, arena, STATUS_NOT_FOUND, "RS001", "%s",
                      pack->problem[0] == 0 ? "the pack that decides has no disposition.yaml"
                                            : pack->problem);
        diag->hint =
            SLICE("docs/disposition.md tells what stands there; release a pack that has one");
        return status;
    }
    if (hand->pack != pack) {
        desk_destroy(hand->desk);
        hand->pack = pack;
        hand->desk = desk_create(&(struct desk_options){
            .catalogue = pack->catalogue,
            .strategies = pack->strategies,
            .terms = &pack->terms,
            .world = {.context = hand, .with_knowledge = with_knowledge},
            .stop = &response->stopping,
        });
    }
    return STATUS_OK;
}

bool store_is_away(Status status, const struct diag *diag) {
    return status != STATUS_OK && diag->code != NULL &&
           (strcmp(diag->code, "ST001") == 0 || strcmp(diag->code, "ST002") == 0 ||
            strcmp(diag->code, "RS006") == 0);
}

bool is_to_come_again(Status status, const struct diag *diag) {
    return status == STATUS_IO && diag->code != NULL && strcmp(diag->code, "DP010") == 0;
}

// ---- for others ---------------------------------------------------------------------------------

static struct hand *free_hand(struct response *response) {
    for (int i = 0; i < HANDS_MAX; i++) {
        if (!response->hands[i].is_busy) {
            return &response->hands[i];
        }
    }
    return NULL;
}

static Status check_mode(struct response *response, struct arena *arena, struct diag *diag) {
    struct response_state *state = &response->state;
    switch (state->mode) {
    case RESPONSE_ON:
        return STATUS_OK;
    case RESPONSE_OFF:
    case RESPONSE_NO_PLAN:
        return diag_fail(diag, arena, STATUS_NOT_FOUND, "RS001", "there is no response: %s",
                         state->problem);
    case RESPONSE_STARTING:
        return diag_fail(diag, arena, STATUS_IO, "RS006",
                         "the store of the response is not open yet");
    default:
        return diag_fail(diag, arena, STATUS_IO, "RS006", "the store of the response is away: %s",
                         state->problem);
    }
}

// A hand that nobody has, once there is one. NULL: it has refused.
static struct hand *take_hand(struct response *response, struct arena *arena, Status *ret_status,
                              struct diag *diag) {
    struct hand *hand = NULL;
    struct timespec until;
    bool timely = true;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += HAND_WAIT_S;
    pthread_mutex_lock(&response->lock);
    *ret_status = check_mode(response, arena, diag);
    while (*ret_status == STATUS_OK && (hand = free_hand(response)) == NULL && timely) {
        timely = pthread_cond_timedwait(&response->hand_free, &response->lock, &until) == 0;
    }
    if (hand != NULL) {
        hand->is_busy = true;
    }
    pthread_mutex_unlock(&response->lock);
    if (*ret_status == STATUS_OK && hand == NULL) {
        *ret_status = diag_fail(diag, arena, STATUS_LIMIT, "RS002",
                                "too many work on the store of the response; come again");
    }
    return hand;
}

static void give_hand_back(struct response *response, struct hand *hand) {
    pthread_mutex_lock(&response->lock);
    hand->is_busy = false;
    pthread_cond_signal(&response->hand_free);
    pthread_mutex_unlock(&response->lock);
}

struct unit {
    Actor actor;
    BookWork *work;
    void *context;
    bool reads;
};

static Status do_once(struct hand *hand, const struct unit *unit, struct arena *arena,
                      struct diag *diag) {
    TRY(hand_open(hand, arena, diag));
    TRY(hand_take_pack(hand, arena, diag));
    return unit->reads
               ? book_read(&hand->book, clock_wall_us(), unit->work, unit->context, arena, diag)
               : book_do(&hand->book, unit->actor, clock_wall_us(), unit->work, unit->context,
                         arena, diag);
}

static Status do_unit(struct response *response, const struct unit *unit, struct arena *arena,
                      struct diag *diag) {
    Status status;
    if (response == NULL) {
        return diag_fail(diag, arena, STATUS_NOT_FOUND, "RS001",
                         "there is no response: no store is set");
    }
    struct hand *hand = take_hand(response, arena, &status, diag);
    if (hand == NULL) {
        return status;
    }
    ArenaMark mark = arena_mark(arena);
    status = do_once(hand, unit, arena, diag);
    for (int i = 0; i < COME_AGAIN_MAX && is_to_come_again(status, diag);
         i++) { // another pack was released meanwhile
        arena_rewind(arena, mark);
        status = do_once(hand, unit, arena, diag);
    }
    if (status != STATUS_OK && diag->code != NULL) {
        keep_diag(diag, arena);
    }
    if (store_is_away(status, diag)) {
        hand_close(hand);
    }
    give_hand_back(response, hand);
    return status;
}

Status response_do(struct response *response, Actor actor, BookWork *work, void *context,
                   struct arena *arena, struct diag *diag) {
    const struct unit unit = {.actor = actor, .work = work, .context = context};
    *diag = (struct diag){0};
    Status status = do_unit(response, &unit, arena, diag);
    if (status == STATUS_OK) {
        response_wake_desk(response);
        response_wake_post(response);
    }
    return status;
}

Status response_read(struct response *response, BookWork *work, void *context, struct arena *arena,
                     struct diag *diag) {
    const struct unit unit = {.work = work, .context = context, .reads = true};
    *diag = (struct diag){0};
    return do_unit(response, &unit, arena, diag);
}

static struct hand *hand_of(struct book *book) {
    return (struct hand *)book; // it is the hand's first member
}

struct desk *response_desk(struct book *book) {
    return hand_of(book)->desk;
}

struct disposition *response_disposition(struct book *book) {
    return desk_disposition(hand_of(book)->desk);
}

const struct order_bank *response_bank(struct book *book) {
    return desk_bank(hand_of(book)->desk, book);
}

const struct catalogue *response_catalogue(const struct book *book) {
    return ((const struct hand *)book)->pack->catalogue;
}

const struct strategies *response_strategies(const struct book *book) {
    return ((const struct hand *)book)->pack->strategies;
}

const struct terms *response_terms(const struct book *book) {
    return &((const struct hand *)book)->pack->terms;
}

const struct response_names *response_names(const struct book *book) {
    return &((const struct hand *)book)->response->options.names;
}
