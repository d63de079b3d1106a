/*
 * Finding names: `mp_map_lookup` in front of MicroPython's own (mpconfigimage.h renames that one).
 *
 * Python looks names up all the time, and on a core without a divider MicroPython's search costs
 * divisions: two where its own cache hits, which says where a name was in whatever map it was last
 * found in, modulo this one's size, and one for each place it looks at where it misses.  Here a byte
 * for a name in a map says where it was in that map; it is only a hint, what is there is compared.
 * Names that are not there, as those of methods in their objects, are sought with one division.
 */
#include "py/obj.h"
#include "py/qstr.h"

#define PLACES 1024u

mp_map_elem_t *plumbport_map_search(mp_map_t *map, mp_obj_t index, mp_map_lookup_kind_t kind);

static uint8_t places[PLACES];

/* A name among names, in a map that is not to be changed: its place or NULL, as MicroPython's
 * search finds it (py/map.c: hash, then the places behind it until an empty one). */
static mp_map_elem_t *find_name(const mp_map_t *map, mp_obj_t index) {
    mp_map_elem_t *table = map->table;
    if (map->is_ordered) {
        for (mp_map_elem_t *end = table + map->used; table < end; table++) {
            if (table->key == index) {
                return table;
            }
        }
        return NULL;
    }
    size_t size = map->alloc;
    if (size == 0) {
        return NULL;
    }
    size_t at = qstr_hash(MP_OBJ_QSTR_VALUE(index)) % size;
    for (size_t n = 0; n < size; n++) {
        if (table[at].key == index) {
            return &table[at];
        }
        if (table[at].key == MP_OBJ_NULL) {
            return NULL;
        }
        if (++at == size) {
            at = 0;
        }
    }
    return NULL;
}

mp_map_elem_t *mp_map_lookup(mp_map_t *map, mp_obj_t index, mp_map_lookup_kind_t kind) {
    if (kind == MP_MAP_LOOKUP_REMOVE_IF_FOUND) {
        return plumbport_map_search(map, index, kind);
    }
    /* Names are (qstr << 3 | 2), maps lie in blocks of 16 bytes. */
    uint8_t *place = &places[(((uintptr_t)index >> 3) + ((uintptr_t)map >> 4) * 31u) % PLACES];
    mp_map_elem_t *found = &map->table[*place];
    if (*place < map->alloc && found->key == index) {
        return found;
    }
    if (kind == MP_MAP_LOOKUP && map->all_keys_are_qstrs && mp_obj_is_qstr(index)) {
        found = find_name(map, index);
    } else {
        found = plumbport_map_search(map, index, kind);
    }
    if (found != NULL) {
        *place = (uint8_t)(found - map->table);
    }
    return found;
}
