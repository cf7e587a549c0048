# Reads vCards with Perl's Text::vCard: one JSON text on each line of stdin.
#
# Answers the properties as [name, value], structured values as lists in the order of the file format.
use strict;
use warnings;
use JSON::PP;
use MIME::Base64 qw(encode_base64);
use Text::vCard::Addressbook;

my %PARTS = (
    N   => [qw(family given middle prefixes suffixes)],
    ADR => [qw(po_box extended street city region post_code country)],
);
my @NAMES = qw(FN N ORG TITLE EMAIL TEL ADR NOTE URL X-ABLABEL X-SOCIALPROFILE
    X-PHONETIC-FIRST-NAME X-PHONETIC-LAST-NAME PHOTO UID REV);

my $json = JSON::PP->new->utf8;
$| = 1;
while (my $line = <STDIN>) {
    my $text = JSON::PP->new->utf8->allow_nonref->decode($line);
    my $book = Text::vCard::Addressbook->new({source_text => $text});
    my @read;
    for my $card ($book->vcards) {
        for my $name (@NAMES) {
            for my $node (grep { defined } $card->get(lc $name)) {
                push @read, [$name, value($name, $node)];
            }
        }
    }
    print $json->encode(\@read), "\n";
}

sub value {
    my ($name, $node) = @_;
    return [map { $node->$_ // '' } @{$PARTS{$name}}] if $PARTS{$name};
    return [grep { defined } $node->name, @{$node->unit // []}] if $name eq 'ORG';
    return encode_base64($node->value, '') if $name eq 'PHOTO';
    return $node->value;
}
