/*
 * Cuts the power at every flash operation of a long scripted run of the log, in every way that
 * nor.h knows, and again at every operation of every recovery, and compares what is there
 * afterwards with a plain list.
 *
 *     log_cuts SEED STEPS SECTORS MODE     prints the number of cuts; exits 1 at the first fault
 *
 * MODE is a sum: 1 acknowledgements are rare, so that segments are given up; 2 the log is sealed;
 * 4 nothing closes segments, so that they become full.
 */
#include "log_model.h"

/* Raw samples that did not reach flash are gone; their numbers are given anew. */
static void forget_unsafe(void) {
    seen chunks = read_stream(PL_STREAM_RAW);
    if (chunks.last > model.safe) {
        model.safe = chunks.last;
    }
    model.chunks = model.safe;
}

static int32_t mount(void) {
    mounts++;
    static const pl_log_identity identity = {.serial = "TEST-1"};
    toy_boot();
    return pl_log_mount(&the_log, &flash, sim_sectors(&sim), table, summary_buffer, raw_buffer,
                        &identity, mode & MODE_SEAL ? &toy_callbacks : NULL);
}

enum { APPEND, FLUSH, RAW, RAW_FLUSH, CLOSE, ACK, REBOOT, CALLS };

/* Does one call; what it promises is entered in the model only if it returned well. */
static int32_t call(uint32_t what, uint32_t choice) {
    uint8_t body[PL_LOG_BODY_MAX];
    int16_t samples[RAW_N * PL_RAW_AXES];
    uint32_t length;
    int32_t result = 0;
    switch (what) {
        case APPEND:
            record_body(++model.appended, body, &length);
            model.t_cs += choice % 1000u;
            return pl_log_append(&the_log, RECORD_TYPE, 1, model.t_cs, body, length);
        case FLUSH:
            result = pl_log_flush(&the_log);
            break;
        case RAW:
            chunk_samples(++model.chunks, samples);
            result = pl_log_raw(&the_log, model.t_cs, model.chunks * RAW_N, samples, RAW_N,
                                samples, choice % 8u);
            break;
        case RAW_FLUSH:
            result = pl_log_raw_flush(&the_log);
            break;
        case CLOSE:
            result = pl_log_close(&the_log);
            break;
        case ACK: {
            uint32_t stream = choice % 2u;
            uint32_t upto = model.acked[stream] + choice / 2u % 4u;
            uint32_t next = the_log.state.next[stream];
            uint32_t asked = upto < next ? upto : next;
            if (asked > model.asked[stream]) {
                model.asked[stream] = asked;
            }
            result = pl_log_acknowledge(&the_log, stream, upto);
            if (result == 0) {
                model.acked[stream] = the_log.state.acked[stream];
            }
            return result;
        }
        default:
            return mount();
    }
    if (result == PL_ELOG_FULL) {
        forget_unsafe();
        full++;
        result = 0;
    } else if (result == 0 && (what == RAW_FLUSH || what == CLOSE)) {
        model.safe = model.chunks;
    }
    if (result == 0 && (what == FLUSH || what == CLOSE)) {
        model.flushed = model.appended;
    }
    return result;
}

/* Everything that a call can change. */
typedef struct {
    sim_flash sim;
    pl_log log;
    toy_seal toy;
    uint8_t summary[PL_LOG_SUMMARY_BUFFER], raw[PL_LOG_RAW_BUFFER];
    uint32_t table[SIM_SECTORS_MAX];
    unsigned char model[sizeof model];
} snapshot;

static void save(snapshot *s) {
    sim_copy(&s->sim, &sim);
    s->log = the_log;
    s->toy = toy;
    memcpy(s->summary, summary_buffer, sizeof s->summary);
    memcpy(s->raw, raw_buffer, sizeof s->raw);
    memcpy(s->table, table, sizeof table);
    memcpy(s->model, &model, sizeof model);
}

static void load(const snapshot *s) {
    sim_copy(&sim, &s->sim);
    the_log = s->log;
    toy = s->toy;
    memcpy(summary_buffer, s->summary, sizeof s->summary);
    memcpy(raw_buffer, s->raw, sizeof s->raw);
    memcpy(table, s->table, sizeof table);
    memcpy(&model, s->model, sizeof model);
}

/* After a reboot nothing of the unflushed is known: the list ends where the log does. */
static void forget_unflushed(void) {
    seen records = read_stream(PL_STREAM_SUMMARY);
    model.appended = records.last > model.flushed ? records.last : model.flushed;
    model.flushed = model.appended;
    forget_unsafe();
    for (uint32_t i = 0; i < PL_STREAMS; i++) {
        model.acked[i] = model.asked[i] = the_log.state.acked[i];
    }
}

/* The log must go on working: two records more, flushed, and there after another mount. */
static void go_on(void) {
    forget_unflushed();
    model.t_cs = 0;
    if (call(APPEND, 5) < 0 || call(APPEND, 7) < 0 || call(FLUSH, 0) < 0 || mount() < 0) {
        fault("the log does not go on after a recovery", 0, 0);
    }
    check();
}

static void recover(uint32_t seed) {
    static sim_flash at_cut;
    static unsigned char model_at_cut[sizeof model];
    sim_copy(&at_cut, &sim);
    memcpy(model_at_cut, &model, sizeof model);
    sim_disarm(&sim);
    if (mount() < 0) {
        fault("no mount after a cut", 0, 0);
    }
    uint32_t operations = sim.chip.operations;
    check();
    go_on();
    for (uint32_t i = 0; i < operations; i++) {
        for (uint32_t tear = 0; tear < NOR_ANY; tear++) {
            sim_copy(&sim, &at_cut);
            memcpy(&model, model_at_cut, sizeof model);
            sim_arm(&sim, i, (enum nor_tear)tear, seed + tear);
            if (mount() == 0) {
                fault("a mount that was cut says it went well", i, tear);
            }
            recovery_cuts++;
            /* And once more, or twice, at any operation of the recovery from that. */
            for (uint32_t again = 0; again < (i + tear) % 3u; again++) {
                sim_arm(&sim, (seed >> (4u * again)) % 4u, (enum nor_tear)((seed + i) % NOR_ANY),
                        seed + i + again);
                recovery_cuts += mount() < 0;
            }
            sim_disarm(&sim);
            if (mount() < 0) {
                fault("no mount after a cut recovery", i, tear);
            }
            check();
            go_on();
        }
    }
}

static void step(uint32_t number, uint32_t what, uint32_t choice) {
    static snapshot before;
    save(&before);
    sim_disarm(&sim);
    if (call(what, choice) < 0) {
        fault("a call failed without a cut", what, choice);
    }
    pl_log_status status;
    pl_log_get_status(&the_log, &status);
    if (status.lost[PL_STREAM_SUMMARY] > before.log.state.lost[PL_STREAM_SUMMARY] &&
        status.raw > 0) {
        fault("an unacknowledged summary went before raw samples", status.raw, 0);
    }
    if (what == REBOOT) {
        check();
        forget_unflushed();
        model.t_cs = 0;
    }
    uint32_t operations = sim.chip.operations;
    static snapshot after;
    save(&after);
    for (uint32_t i = 0; i < operations; i++) {
        for (uint32_t tear = 0; tear < NOR_ANY; tear++) {
            load(&before);
            snprintf(where_are_we, sizeof where_are_we, "step %u, call %u, cut %u, tear %u",
                     number, what, i, tear);
            sim_arm(&sim, i, (enum nor_tear)tear, choice + i + tear);
            if (call(what, choice) == 0) {
                fault("a call that was cut says it went well", what, i);
            }
            cuts++;
            recover(choice + i * 7u);
        }
    }
    load(&after);
}

int main(int argc, char **argv) {
    if (argc != 5) {
        fprintf(stderr, "log_cuts SEED STEPS SECTORS FILL\n");
        return 2;
    }
    uint32_t random = (uint32_t)atoi(argv[1]) * 747796405u + 1u;
    uint32_t steps = (uint32_t)atoi(argv[2]);
    mode = atoi(argv[4]);
    sim_init(&sim, (uint32_t)atoi(argv[3]));
    if (mount() < 0) {
        fault("no mount of a blank partition", 0, 0);
    }
    for (uint32_t i = 0; i < steps; i++) {
        random = random * 1664525u + 1013904223u;
        uint32_t dice = (random >> 8) % 100u;
        uint32_t choice = random >> 12 & 0xFFFu;
        uint32_t acks = mode & MODE_FILL ? 1u : 8u;
        int ends = !(mode & MODE_FULL);
        uint32_t what = dice < 50u   ? APPEND
                        : dice < 62u ? FLUSH
                        : dice < 84u ? RAW
                        : dice < 87u ? (ends ? RAW_FLUSH : RAW)
                        : dice < 89u ? (ends ? CLOSE : APPEND)
                        : dice < 89u + acks ? (ends || choice < 256u ? ACK : FLUSH)
                        : dice > 97u ? (ends || choice < 256u ? REBOOT : APPEND)
                                     : APPEND;
        step(i, what, choice);
    }
    if (mount() < 0) {
        fault("no mount at the end", 0, 0);
    }
    check();
    pl_log_status status;
    pl_log_get_status(&the_log, &status);
    printf("cuts %llu recovery_cuts %llu mounts %llu records_checked %llu lost_summary %u "
           "lost_raw %u raw_refused %llu moved %llu\n",
           (unsigned long long)cuts, (unsigned long long)recovery_cuts, (unsigned long long)mounts,
           (unsigned long long)checked, status.lost[0], status.lost[1],
           (unsigned long long)full, (unsigned long long)moved);
    return 0;
}
