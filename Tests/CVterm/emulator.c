#include "CVterm.h"

#include <stdlib.h>
#include <string.h>
#include <vterm.h>

struct klamm_emulator {
    VTerm *terminal;
    VTermScreen *screen;
    bool is_alternate;
    bool has_cursor;
};

static int on_property(VTermProp property, VTermValue *value, void *user) {
    klamm_emulator *emulator = user;
    if (property == VTERM_PROP_ALTSCREEN) emulator->is_alternate = value->boolean;
    if (property == VTERM_PROP_CURSORVISIBLE) emulator->has_cursor = value->boolean;
    return 1;
}

static const VTermScreenCallbacks callbacks = {.settermprop = on_property};

klamm_emulator *klamm_emulator_new(int columns, int rows) {
    klamm_emulator *emulator = calloc(1, sizeof *emulator);
    if (emulator == NULL) return NULL;
    emulator->has_cursor = true;
    emulator->terminal = vterm_new(rows, columns);
    vterm_set_utf8(emulator->terminal, 1);
    emulator->screen = vterm_obtain_screen(emulator->terminal);
    vterm_screen_enable_altscreen(emulator->screen, 1);
    vterm_screen_set_callbacks(emulator->screen, &callbacks, emulator);
    vterm_screen_reset(emulator->screen, 1);
    return emulator;
}

void klamm_emulator_free(klamm_emulator *emulator) {
    vterm_free(emulator->terminal);
    free(emulator);
}

void klamm_emulator_resize(klamm_emulator *emulator, int columns, int rows) {
    vterm_set_size(emulator->terminal, rows, columns);
}

void klamm_emulator_feed(klamm_emulator *emulator, const char *bytes, size_t size) {
    vterm_input_write(emulator->terminal, bytes, size);
}

size_t klamm_emulator_answer(klamm_emulator *emulator, char *bytes, size_t size) {
    return vterm_output_read(emulator->terminal, bytes, size);
}

size_t klamm_emulator_row(klamm_emulator *emulator, int row, char *bytes, size_t size) {
    int rows, columns;
    vterm_get_size(emulator->terminal, &rows, &columns);
    VTermRect area = {.start_row = row, .end_row = row + 1, .start_col = 0, .end_col = columns};
    return vterm_screen_get_text(emulator->screen, bytes, size, area);
}

int klamm_emulator_background(klamm_emulator *emulator, int row, int column) {
    VTermScreenCell cell;
    VTermPos place = {.row = row, .col = column};
    if (!vterm_screen_get_cell(emulator->screen, place, &cell) || VTERM_COLOR_IS_DEFAULT_BG(&cell.bg)) return -1;
    VTermColor color = cell.bg;
    vterm_screen_convert_color_to_rgb(emulator->screen, &color);
    return color.rgb.red << 16 | color.rgb.green << 8 | color.rgb.blue;
}

bool klamm_emulator_is_alternate(const klamm_emulator *emulator) { return emulator->is_alternate; }
bool klamm_emulator_has_cursor(const klamm_emulator *emulator) { return emulator->has_cursor; }
