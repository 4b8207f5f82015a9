// SPDX-License-Identifier: Apache-2.0
// Linux's epoll and accept4, which the system's Swift modules leave out.
#ifndef CEPOLL_H
#define CEPOLL_H

#include <stdint.h>

/// A descriptor that something happened to.
typedef struct {
    int32_t descriptor;
    /// There is something to read, the end, or an error.
    int32_t isReadable;
    /// There is room to write.
    int32_t isWritable;
} CEpoll_event;

/// What to do with a descriptor.
typedef enum { CEpoll_add, CEpoll_change, CEpoll_remove } CEpoll_operation;

/// epoll_create1(2), closed on exec; -1 with errno.
int32_t CEpoll_create(void);

/// epoll_ctl(2): watches a descriptor for reading and, where asked, for room to write; 0 or -1 with errno.
int32_t CEpoll_control(int32_t epoll, CEpoll_operation operation, int32_t descriptor, int32_t watchesWritable);

/// epoll_wait(2) for at most `capacity` (up to 64) events and `milliseconds` (-1: no limit); their number, or -1 with
/// errno.
int32_t CEpoll_wait(int32_t epoll, CEpoll_event *events, int32_t capacity, int32_t milliseconds);

/// accept4(2): the next connection, non-blocking and closed on exec; -1 with errno.
int32_t CEpoll_accept(int32_t listener);

#endif
