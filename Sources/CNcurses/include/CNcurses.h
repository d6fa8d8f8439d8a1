#ifndef KLAMM_NCURSES_H
#define KLAMM_NCURSES_H

#define NCURSES_WIDECHAR 1
#define NCURSES_NOMACROS 1
#include <ncurses.h>

#endif
