// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "CEpoll.h"

#include <stddef.h>
#include <sys/epoll.h>
#include <sys/socket.h>

int32_t CEpoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

int32_t CEpoll_control(int32_t epoll, CEpoll_operation operation, int32_t descriptor, int32_t watchesWritable) {
    static const int operations[] = {EPOLL_CTL_ADD, EPOLL_CTL_MOD, EPOLL_CTL_DEL};
    struct epoll_event event = {.events = EPOLLIN | (watchesWritable ? EPOLLOUT : 0), .data = {.fd = descriptor}};
    return epoll_ctl(epoll, operations[operation], descriptor, &event);
}

int32_t CEpoll_wait(int32_t epoll, CEpoll_event *events, int32_t capacity, int32_t milliseconds) {
    struct epoll_event found[64];
    int count = epoll_wait(epoll, found, capacity < 64 ? capacity : 64, milliseconds);
    for (int i = 0; i < count; i++) {
        events[i].descriptor = found[i].data.fd;
        events[i].isReadable = (found[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0;
        events[i].isWritable = (found[i].events & EPOLLOUT) != 0;
    }
    return count;
}

int32_t CEpoll_accept(int32_t listener) { return accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC); }
