#include "cli/pack.h"

#include "cli/options.h"

Status pack_open_with(struct pack_folder *pack, Slice path, const struct pack_file *extra, uint32_t extra_count) {
    struct diag diag;
    pack_init(pack, path);
    if (pack_read(pack, extra, extra_count, &diag) != STATUS_OK) {
        cli_tell(&diag);
        return STATUS_IO;
    }
    Status status = pack_compile(pack);
    if (status != STATUS_OK) {
        diag_list_print(&pack->catalogue->diags, stderr);
    }
    return status;
}

Status pack_open(struct pack_folder *pack, Slice path) {
    return pack_open_with(pack, path, NULL, 0);
}

struct strategies *pack_strategies(const struct pack_folder *pack, Status *ret_status) {
    struct strategies *strategies = strategies_create();
    *ret_status = strategies_compile(strategies, pack->catalogue, pack->files, pack->file_count);
    diag_list_print(&strategies->diags, stderr);
    return strategies;
}
