#include "CNcurses.h"

#include <sys/ioctl.h>

// Of <term.h>, which also turns `columns`, `lines` and hundreds of other words into macros.
extern char *tigetstr(const char *name);
extern int tigetflag(const char *name);
extern int tigetnum(const char *name);

SCREEN *klamm_newterm(void) { return newterm(NULL, stdout, stdin); }
WINDOW *klamm_stdscr(void) { return stdscr; }
int klamm_colors(void) { return COLORS; }
int klamm_key_f(int number) { return KEY_F(number); }

klamm_attributes klamm_attribute_bits(void) {
    klamm_attributes bits = {A_NORMAL, A_BOLD, A_DIM, A_REVERSE, A_UNDERLINE, A_ITALIC};
    return bits;
}

int klamm_put(int row, int column, const wchar_t *glyph, attr_t attributes, int pair) {
    cchar_t cell;
    if (setcchar(&cell, glyph, attributes, 0, &pair) == ERR) return ERR;
    return mvadd_wch(row, column, &cell);
}

const char *klamm_terminfo_string(const char *name) {
    const char *value = tigetstr(name);
    return value == (const char *)-1 ? NULL : value;
}

bool klamm_has_rgb(void) {
    const char *text = tigetstr("RGB");
    return tigetflag("RGB") > 0 || tigetnum("RGB") > 0 || (text != NULL && text != (const char *)-1);
}

bool klamm_tty_size(int tty, int *columns, int *rows) {
    struct winsize size;
    if (ioctl(tty, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return false;
    *columns = size.ws_col;
    *rows = size.ws_row;
    return true;
}
