/* Loaded before the system's own library: writes down, in order, what the journal's log and the
 * sockets are used for. Lines go to the file that FLUSH_LOG names, each with one write.
 *
 *   received REF   a datagram or bytes with an alarm were handed to the program
 *   written REF    bytes with that reference were written to the write-ahead log
 *   flushing       a flush of the write-ahead log begins
 *   flushed        it has succeeded
 *   answered REF   a positive answer to that alarm is about to leave
 *
 * A reference is "flush" and five more characters.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define MARK "flush"
#define LENGTH (sizeof MARK - 1 + 5)

static int log_file = -1;

__attribute__((constructor)) static void open_log(void) {
    const char *path = getenv("FLUSH_LOG");
    if (path)
        log_file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

/* Never by write(), which is ours. */
static void say(const char *what, const char *reference) {
    char line[64];
    int kept = errno;
    int length = snprintf(line, sizeof line, "%s%s%.*s\n", what, reference ? " " : "",
                          reference ? (int)LENGTH : 0, reference ? reference : "");
    if (log_file >= 0)
        syscall(SYS_write, log_file, line, (size_t)length);
    errno = kept;
}

/* Every reference in the bytes. */
static void say_all(const char *what, const char *bytes, size_t length) {
    const char *end = bytes + length;
    const char *found;
    while ((found = memmem(bytes, (size_t)(end - bytes), MARK, sizeof MARK - 1)) &&
           (size_t)(end - found) >= LENGTH) {
        say(what, found);
        bytes = found + LENGTH;
    }
}

static int is_wal(int file) {
    char link[64], name[4096];
    int kept = errno;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, name, sizeof name);
    errno = kept;
    return length >= 4 && memcmp(name + length - 4, "-wal", 4) == 0;
}

static void sending(const void *bytes, size_t length) {
    if (memmem(bytes, length, "<snu>0</snu>", 12))
        say_all("answered", bytes, length);
}

static void received(const void *bytes, ssize_t length) {
    if (length > 0 && memmem(bytes, (size_t)length, "<mrq>", 5))
        say_all("received", bytes, (size_t)length);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int flush(int file, long call) {
    int wal = is_wal(file);
    if (wal)
        say("flushing", NULL);
    int done = (int)syscall(call, file);
    if (wal && done == 0)
        say("flushed", NULL);
    return done;
}

int fsync(int file) { return flush(file, SYS_fsync); }
int fdatasync(int file) { return flush(file, SYS_fdatasync); }

static ssize_t written(int file, const void *bytes, ssize_t done) {
    if (done > 0 && is_wal(file))
        say_all("written", bytes, (size_t)done);
    return done;
}

ssize_t write(int file, const void *bytes, size_t length) {
    return written(file, bytes, syscall(SYS_write, file, bytes, length));
}

ssize_t pwrite(int file, const void *bytes, size_t length, off_t at) {
    return written(file, bytes, REAL(pwrite)(file, bytes, length, at));
}

ssize_t pwrite64(int file, const void *bytes, size_t length, off64_t at) {
    return written(file, bytes, REAL(pwrite64)(file, bytes, length, at));
}

ssize_t recv(int socket, void *bytes, size_t room, int flags) {
    ssize_t length = REAL(recv)(socket, bytes, room, flags);
    received(bytes, length);
    return length;
}

ssize_t recvfrom(int socket, void *restrict bytes, size_t room, int flags,
                 struct sockaddr *restrict from, socklen_t *restrict from_length) {
    ssize_t length = REAL(recvfrom)(socket, bytes, room, flags, from, from_length);
    received(bytes, length);
    return length;
}

ssize_t send(int socket, const void *bytes, size_t length, int flags) {
    sending(bytes, length);
    return REAL(send)(socket, bytes, length, flags);
}

ssize_t sendto(int socket, const void *bytes, size_t length, int flags,
               const struct sockaddr *to, socklen_t to_length) {
    sending(bytes, length);
    return REAL(sendto)(socket, bytes, length, flags, to, to_length);
}

ssize_t sendmsg(int socket, const struct msghdr *message, int flags) {
    for (size_t part = 0; part < message->msg_iovlen; part++)
        sending(message->msg_iov[part].iov_base, message->msg_iov[part].iov_len);
    return REAL(sendmsg)(socket, message, flags);
}

ssize_t writev(int file, const struct iovec *parts, int count) {
    for (int part = 0; part < count; part++)
        sending(parts[part].iov_base, parts[part].iov_len);
    return REAL(writev)(file, parts, count);
}
