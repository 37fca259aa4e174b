/* The floor: writes the files of a packed site and does nothing else.
 *
 *     floor PACKED FOLDER
 *
 * PACKED is a row of entries: the length of the path and that of the content (-1: a folder), both
 * 64 bits, then the path with its final zero, then the content. See floor.py.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static void write_file(const char *path, const char *content, int64_t size)
{
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (file < 0)
        fail(path);
    while (size > 0) {
        ssize_t written = write(file, content, (size_t)size);
        if (written < 0)
            fail(path);
        content += written;
        size -= written;
    }
    if (close(file) < 0)
        fail(path);
}

int main(int count, char **arguments)
{
    if (count != 3) {
        fprintf(stderr, "usage: floor PACKED FOLDER\n");
        return 2;
    }
    int packed = open(arguments[1], O_RDONLY | O_CLOEXEC);
    struct stat found;
    if (packed < 0 || fstat(packed, &found) < 0)
        fail(arguments[1]);
    const char *here = mmap(NULL, (size_t)found.st_size, PROT_READ, MAP_PRIVATE, packed, 0);
    if (here == MAP_FAILED)
        fail(arguments[1]);
    if (chdir(arguments[2]) < 0)
        fail(arguments[2]);
    const char *end = here + found.st_size;
    while (here < end) {
        int64_t lengths[2];
        memcpy(lengths, here, sizeof lengths);
        const char *path = here + sizeof lengths;
        here = path + lengths[0];
        if (lengths[1] < 0) {
            if (mkdir(path, 0755) < 0)
                fail(path);
            continue;
        }
        write_file(path, here, lengths[1]);
        here += lengths[1];
    }
    return 0;
}
