#define _GNU_SOURCE
#include "CVterm.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

int klamm_pty_resize(int master, int columns, int rows) {
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
    return ioctl(master, TIOCSWINSZ, &size);
}

int klamm_pty_open(int columns, int rows) {
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (master < 0) return -1;
    if (grantpt(master) != 0 || unlockpt(master) != 0 || klamm_pty_resize(master, columns, rows) != 0
        || fcntl(master, F_SETFL, O_NONBLOCK) != 0) {
        close(master);
        return -1;
    }
    return master;
}

bool klamm_pty_is_cooked(int master) {
    struct termios settings;
    return tcgetattr(master, &settings) == 0 && (settings.c_lflag & (ECHO | ICANON)) == (ECHO | ICANON);
}

pid_t klamm_spawn(
    const char *path, posix_spawn_file_actions_t *actions, short flags, char *const arguments[],
    char *const environment[]) {
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, (short)(flags | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK));
    sigset_t signals;
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes, &signals);
    sigfillset(&signals);
    posix_spawnattr_setsigdefault(&attributes, &signals);
    pid_t process = -1;
    if (posix_spawn_file_actions_addclosefrom_np(actions, 3) != 0
        || posix_spawn(&process, path, actions, &attributes, arguments, environment) != 0)
        process = -1;
    posix_spawnattr_destroy(&attributes);
    return process;
}

pid_t klamm_pty_spawn(int master, const char *path, char *const arguments[], char *const environment[]) {
    char slave[128];
    if (ptsname_r(master, slave, sizeof slave) != 0) return -1;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    // The first terminal that a session's leader opens controls the session.
    posix_spawn_file_actions_addopen(&actions, 0, slave, O_RDWR, 0);
    posix_spawn_file_actions_adddup2(&actions, 0, 1);
    posix_spawn_file_actions_adddup2(&actions, 0, 2);
    pid_t process = klamm_spawn(path, &actions, POSIX_SPAWN_SETSID, arguments, environment);
    posix_spawn_file_actions_destroy(&actions);
    return process;
}
