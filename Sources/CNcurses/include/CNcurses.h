#ifndef KLAMM_NCURSES_H
#define KLAMM_NCURSES_H

#define NCURSES_WIDECHAR 1
#define NCURSES_NOMACROS 1
#include <ncurses.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wchar.h>

// Swift does not import these: they are mutable globals, or macros with casts and arguments.
SCREEN *klamm_newterm(void);
WINDOW *klamm_stdscr(void);
int klamm_colors(void);
int klamm_key_f(int number);

typedef struct {
    attr_t normal, bold, dim, reverse, underline, italic;
} klamm_attributes;
klamm_attributes klamm_attribute_bits(void);

// Puts one glyph (a base and what combines with it) down; ncurses needs all pair numbers as int, also above 255.
int klamm_put(int row, int column, const wchar_t *glyph, attr_t attributes, int pair);

// From terminfo, which <term.h> would bring in with a thousand macros. NULL where the terminal has no such string.
const char *klamm_terminfo_string(const char *name);
// Whether the terminal takes 0xRRGGBB as a colour.
bool klamm_has_rgb(void);

// The tty's size, of its own accord; false when it cannot be asked.
bool klamm_tty_size(int tty, int *columns, int *rows);

// What a signal or another thread writes into the wake pipe.
enum {
    KLAMM_WAKE_POKED = 'p',
    KLAMM_WAKE_RESIZED = 'r',
    KLAMM_WAKE_SUSPEND = 'z',
    KLAMM_WAKE_CONTINUED = 'c',
    KLAMM_WAKE_TERMINATE = 't',
};

// Makes the pipe (not blocking) and catches SIGWINCH, SIGTSTP, SIGCONT, SIGINT, SIGTERM and SIGHUP with handlers that
// write into it. A second signal that ends programs ends this one at once, unless it is a SIGHUP. To be called before newterm,
// so that ncurses leaves these signals alone. Returns the reading end, or -1.
int klamm_wake_open(void);
void klamm_wake(char why);
// Signals as they were before, and SIGHUP ignored: the terminal is done with. The pipe stays, since other threads may still
// write.
void klamm_wake_close(void);

// Keeps the tty's settings as they are before anything changes them.
void klamm_guard_remember(int tty);
// From now on exit, and every fatal signal, first writes `reset` to the tty and gives it its remembered settings back; after a
// fatal signal also `words`. Then the signal does what it did before.
void klamm_guard_arm(int tty, const char *reset, size_t reset_size, const char *words, size_t words_size);
// The terminal has been restored in good order.
void klamm_guard_disarm(void);
// Stops this process as ctrl-z does, and returns when it goes on.
void klamm_stop_self(void);

#endif
