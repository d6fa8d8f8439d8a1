#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <pthread.h>

// glibc declares this only for GNU programs, which Swift's import of it does not ask for.
extern int pthread_setname_np(pthread_t thread, const char *name);
