// Everything that runs inside a signal handler: only calls that POSIX allows there, only static memory.
#define _GNU_SOURCE
#include "CNcurses.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static int wake_pipe[2] = {-1, -1};
static atomic_int terminations;
static atomic_int continuations;

static struct {
    atomic_bool armed;
    int tty;
    struct termios settings;
    bool has_settings;
    char reset[512];
    size_t reset_size;
    char words[1024];
    size_t words_size;
} guard;

static void write_all(int file, const char *bytes, size_t size) {
    while (size > 0) {
        ssize_t written = write(file, bytes, size);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return;
        bytes += written;
        size -= (size_t)written;
    }
}

// Once, whoever comes first.
static bool restore_terminal(void) {
    if (!atomic_exchange(&guard.armed, false)) return false;
    write_all(guard.tty, guard.reset, guard.reset_size);
    if (guard.has_settings) tcsetattr(guard.tty, TCSANOW, &guard.settings);
    return true;
}

static void restore_at_exit(void) { restore_terminal(); }

// MARK: Waking

void klamm_wake(char why) {
    if (wake_pipe[1] < 0) return;
    // A full pipe wakes as well as one byte more.
    ssize_t ignored = write(wake_pipe[1], &why, 1);
    (void)ignored;
}

static void on_wake(int signal) {
    int saved = errno;
    switch (signal) {
    case SIGWINCH: klamm_wake(KLAMM_WAKE_RESIZED); break;
    case SIGTSTP: klamm_wake(KLAMM_WAKE_SUSPEND); break;
    case SIGCONT:
        atomic_fetch_add(&continuations, 1);
        klamm_wake(KLAMM_WAKE_CONTINUED);
        break;
    default:
        // A terminal that closes says so twice, by its shell and by the kernel: a SIGHUP never is the second.
        if (atomic_fetch_add(&terminations, 1) > 0 && signal != SIGHUP) {
            restore_terminal();
            _exit(128 + signal);
        }
        klamm_wake(KLAMM_WAKE_TERMINATE);
    }
    errno = saved;
}

static const int waking[] = {SIGWINCH, SIGTSTP, SIGCONT, SIGINT, SIGTERM, SIGHUP};
enum { WAKING = sizeof waking / sizeof waking[0] };
static struct sigaction before_waking[WAKING];

int klamm_wake_open(void) {
    if (wake_pipe[0] < 0 && pipe2(wake_pipe, O_NONBLOCK | O_CLOEXEC) != 0) return -1;
    atomic_store(&terminations, 0);
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_wake;
    action.sa_flags = SA_RESTART | SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    for (int i = 0; i < WAKING; i++) sigaction(waking[i], &action, &before_waking[i]);
    return wake_pipe[0];
}

void klamm_wake_close(void) {
    for (int i = 0; i < WAKING; i++) {
        // What stops in order now is not killed by the second SIGHUP of its terminal.
        if (waking[i] == SIGHUP) before_waking[i].sa_handler = SIG_IGN;
        sigaction(waking[i], &before_waking[i], NULL);
    }
}

void klamm_stop_self(void) {
    // SIGSTOP cannot be caught, so that ncurses and we see nothing of it; the whole process group stops, as with ctrl-z.
    int before = atomic_load(&continuations);
    kill(0, SIGSTOP);
    // Another thread may be the one that is told to stop, and until it has, this one runs on: it must not draw.
    while (atomic_load(&continuations) == before) usleep(1000);
}

// MARK: Fatal signals

static const int fatal[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGABRT, SIGQUIT, SIGSYS};
enum { FATAL = sizeof fatal / sizeof fatal[0] };
static struct sigaction before_fatal[FATAL];

static void on_fatal(int signal, siginfo_t *info, void *context) {
    (void)context;
    if (restore_terminal()) write_all(guard.tty, guard.words, guard.words_size);
    for (int i = 0; i < FATAL; i++) {
        if (fatal[i] == signal) sigaction(signal, &before_fatal[i], NULL);
    }
    // A fault of this very instruction happens again, and reaches the former handler with its own context.
    bool is_fault = info->si_code > 0 && (signal == SIGSEGV || signal == SIGBUS || signal == SIGILL || signal == SIGFPE);
    if (!is_fault) raise(signal);
}

void klamm_guard_remember(int tty) { guard.has_settings = tcgetattr(tty, &guard.settings) == 0; }

void klamm_guard_arm(int tty, const char *reset, size_t reset_size, const char *words, size_t words_size) {
    guard.tty = tty;
    guard.reset_size = reset_size < sizeof guard.reset ? reset_size : sizeof guard.reset;
    memcpy(guard.reset, reset, guard.reset_size);
    guard.words_size = words_size < sizeof guard.words ? words_size : sizeof guard.words;
    memcpy(guard.words, words, guard.words_size);
    static bool is_registered;
    if (!is_registered) {
        is_registered = true;
        atexit(restore_at_exit);
        struct sigaction action;
        memset(&action, 0, sizeof action);
        action.sa_sigaction = on_fatal;
        action.sa_flags = SA_SIGINFO | SA_ONSTACK;
        sigemptyset(&action.sa_mask);
        for (int i = 0; i < FATAL; i++) sigaction(fatal[i], &action, &before_fatal[i]);
    }
    atomic_store(&guard.armed, true);
}

void klamm_guard_disarm(void) { atomic_store(&guard.armed, false); }
