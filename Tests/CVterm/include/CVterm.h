#ifndef KLAMM_CVTERM_H
#define KLAMM_CVTERM_H

#include <spawn.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

// A terminal as a program sees it: a pseudo-terminal, and libvterm that reads what the program draws.
typedef struct klamm_emulator klamm_emulator;

klamm_emulator *klamm_emulator_new(int columns, int rows);
void klamm_emulator_free(klamm_emulator *emulator);
void klamm_emulator_resize(klamm_emulator *emulator, int columns, int rows);
void klamm_emulator_feed(klamm_emulator *emulator, const char *bytes, size_t size);
// What the terminal answers to a program's questions.
size_t klamm_emulator_answer(klamm_emulator *emulator, char *bytes, size_t size);
// One row as UTF-8, without the blanks at its end; the number of bytes.
size_t klamm_emulator_row(klamm_emulator *emulator, int row, char *bytes, size_t size);
// The background of a cell as 0xRRGGBB; -1 for the terminal's own.
int klamm_emulator_background(klamm_emulator *emulator, int row, int column);
bool klamm_emulator_is_alternate(const klamm_emulator *emulator);
bool klamm_emulator_has_cursor(const klamm_emulator *emulator);

// The master's end, not blocking; -1 on failure.
int klamm_pty_open(int columns, int rows);
int klamm_pty_resize(int master, int columns, int rows);
// Whether the slave's side echoes and edits lines: as a shell wants it.
bool klamm_pty_is_cooked(int master);
// Starts a program as the leader of a session on the slave's side. Returns its process id, or -1.
pid_t klamm_pty_spawn(int master, const char *path, char *const arguments[], char *const environment[]);

// Starts a program. Returns its process id, or -1.
//
// It has descriptors 0 to 2 only: a child that held a killed broker's listening socket would keep its port open. And it
// heeds every signal, as one started at a prompt does: tests may run under nohup.
pid_t klamm_spawn(
    const char *path, posix_spawn_file_actions_t *actions, short flags, char *const arguments[],
    char *const environment[]);

#endif
