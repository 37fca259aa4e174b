"""What a careful maintainer looks at before publishing: the finished files, and nothing else."""
