create table if not exists passage (
    id bigint generated always as identity primary key,
    source varchar(200) not null,
    title varchar(200) not null,
    text varchar(2000) not null,
    embedding varbinary(4096) not null
);
